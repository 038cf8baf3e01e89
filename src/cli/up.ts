import type { Arguments } from './arguments.ts';
import { runLabs } from './lab-run.ts';
import { wayIn } from './run.ts';

export async function upLab(args: Arguments): Promise<number> {
  const { up } = await import('../lifecycle/up.ts');
  return runLabs(args, {
    words: [args.lab as string],
    jobs: 1,
    async work(lab, context) {
      const { created } = await up(lab, context);
      if (!created)
        context.emit({ type: 'note', lab: lab.name, level: 'info', text: `${lab.name} was running already` });
      return undefined;
    },
    lastWord: wayIn,
  });
}
