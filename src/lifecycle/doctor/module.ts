import { readFileSync } from 'node:fs';
import { release } from 'node:os';

export type ModuleState = 'built-in' | 'loadable' | 'absent';

/** From the lists that belong to the running kernel (modules.dep(5)); a kernel without them has everything built in or not at all. */
export function moduleState(module: string): ModuleState {
  const pattern = new RegExp(`/${module.replaceAll(/[-_]/g, '[-_]')}\\.ko`);
  const has = (list: string): boolean => {
    try {
      return pattern.test(readFileSync(`/lib/modules/${release()}/${list}`, 'utf8'));
    } catch {
      return false;
    }
  };
  if (has('modules.builtin')) return 'built-in';
  return has('modules.dep') ? 'loadable' : 'absent';
}
