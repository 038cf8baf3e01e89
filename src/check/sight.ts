import { readFile } from 'node:fs/promises';
import { agentConfig, logFile } from '../agent/config.ts';
import { observeAll } from '../kernel/observe.ts';
import type { KernelState, ObservedNamespace } from '../kernel/state.ts';
import type { Lab } from '../lab/lab.ts';
import type { Job } from '../run/job.ts';
import type { Session } from '../sandbox/session.ts';

/** What a failed check is explained with: everything in the kernel at that time, for us and for the reader. */
export interface Sight {
  /** Namespaces that are there, by name. */
  observed: Map<string, ObservedNamespace>;
  /** File name and text: a namespace's tables, an agent's log. */
  files: Map<string, string>;
}

/** More namespaces than this are not shown one by one: then only those that are no pods. */
const MOST_NAMESPACES = 64;

export async function look(session: Session, lab: Lab, want: KernelState): Promise<Sight> {
  const observed = await observeAll(session, want);
  const shown = want.namespaces.filter(
    ({ name, role }) => observed.has(name) && (observed.size <= MOST_NAMESPACES || role !== 'pod'),
  );
  const jobs = shown.map(({ name }) => tableJobs(name));
  const results = await session.all([jobs.flat()]);
  const files = new Map<string, string>();
  let next = 0;
  for (const [index, { name }] of shown.entries()) {
    const parts = (jobs[index] ?? []).map(
      ({ argv }) => `# ${argv.join(' ')}\n${results[next++]?.stdout ?? ''}`,
    );
    files.set(`${name}-tables.txt`, parts.join('\n'));
  }
  for (const node of agentConfig(lab)?.nodes ?? []) {
    const log = await readFile(session.file(logFile(node.name)), 'utf8').catch(() => '');
    if (log !== '') files.set(`${node.name}-flanneld.log`, log);
  }
  return { observed, files };
}

const tableJobs = (namespace: string): Job[] => [
  { argv: ['ip', '-details', 'address', 'show'], namespace },
  { argv: ['ip', 'route', 'show'], namespace },
  { argv: ['ip', 'neighbour', 'show'], namespace },
  { argv: ['bridge', 'fdb', 'show'], namespace },
  { argv: ['iptables-save'], namespace },
];
