import type { Lab } from '../lab/lab.ts';
import type { Arguments } from './arguments.ts';
import { runLabs } from './lab-run.ts';
import { typed } from './wording.ts';

/** `bin/lab <lab>`: up, verify, leave it running and say how to look inside. */
export async function runLab(args: Arguments): Promise<number> {
  const { up } = await import('../lifecycle/up.ts');
  const { verify } = await import('../lifecycle/verify.ts');
  return runLabs(args, {
    words: [args.lab as string],
    jobs: 1,
    async work(lab, context) {
      await up(lab, context);
      return verify(lab, context);
    },
    lastWord: wayIn,
  });
}

/** Where to go from here. */
export function wayIn({ name, cluster }: Lab): string {
  const node = cluster.nodes[0]?.name ?? '';
  return [
    `${name} is running. Look inside, and remove it:`,
    `  ${typed(`shell ${name} ${node}`.trimEnd())}`,
    ...(node === '' ? [] : [`  ${typed(`exec ${name} ${node} -- ip route`)}`]),
    `  ${typed(`down ${name}`)}`,
  ].join('\n');
}
