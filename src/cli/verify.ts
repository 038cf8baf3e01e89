import type { Arguments } from './arguments.ts';
import { runLabs } from './lab-run.ts';

export async function verifyLab(args: Arguments): Promise<number> {
  const { verify } = await import('../lifecycle/verify.ts');
  return runLabs(args, { words: [args.lab as string], jobs: 1, work: verify });
}
