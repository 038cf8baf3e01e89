import type { Arguments } from './arguments.ts';
import { labName } from './lab-word.ts';

export async function shellInside({ lab = '', where }: Arguments): Promise<number> {
  const { shell } = await import('../lifecycle/enter.ts');
  return shell(await labName(lab), where);
}
