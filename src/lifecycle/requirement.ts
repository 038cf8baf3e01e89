import { existsSync } from 'node:fs';
import { release } from 'node:os';
import type { Lab } from '../lab/lab.ts';
import { Failure } from '../run/failure.ts';
import { moduleState } from './doctor/module.ts';
import { inPath } from './doctor/program.ts';

/** Device types that the labs' own build tries in any case, and names when the kernel refuses them. */
const TRIED_BY_BUILDING = new Set(['veth', 'bridge', 'vxlan']);

/** Throws Failure 'lacking' where this machine lacks something that the lab says it requires; nothing has been touched then. */
export function ensureRequirements(lab: Lab): void {
  const binaries = lab.requires.binaries.filter((program) => !inPath(program, process.env['PATH'] ?? ''));
  const modules = lab.requires.kernel.filter((name) => !TRIED_BY_BUILDING.has(name) && !kernelHas(name));
  const lacking = [
    ...binaries.map((program) => `the program ${program}`),
    ...modules.map((name) => `${name} in the kernel (${release()})`),
  ];
  if (lacking.length === 0) return;
  throw new Failure('lacking', `${lab.name} needs ${lacking.join(' and ')}, which this machine lacks`, [
    ...binaries.map(
      (program) =>
        `sudo apt-get install ${program}, or whichever package has it: apt-file search bin/${program}`,
    ),
    ...modules.map((name) =>
      moduleState(name) === 'loadable'
        ? `sudo modprobe ${name}`
        : `another kernel: this one has no module ${name}`,
    ),
  ]);
}

/** Loaded, or built in. */
function kernelHas(module: string): boolean {
  return existsSync(`/sys/module/${module.replaceAll('-', '_')}`) || moduleState(module) === 'built-in';
}
