import type { Arguments } from './arguments.ts';
import { runLabs } from './lab-run.ts';

/** Puts right what `diff` finds. */
export async function repairLab(args: Arguments): Promise<number> {
  const { repair } = await import('../lifecycle/repair.ts');
  return runLabs(args, {
    words: [args.lab as string],
    jobs: 1,
    done: 'repaired',
    async work(lab, context) {
      const mended = await repair(lab, context);
      const text =
        mended.length === 0
          ? `${lab.name}: every row was as wanted`
          : `${lab.name}: ${mended.length} ${mended.length === 1 ? 'row' : 'rows'} mended`;
      context.emit({ type: 'note', lab: lab.name, level: 'info', text });
      return undefined;
    },
  });
}
