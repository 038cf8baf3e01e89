import { mkdir, writeFile } from 'node:fs/promises';
import { CommandError } from '../run/command.ts';
import type { Job } from '../run/job.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';
import { nftFamilyNumber } from './nft-table.ts';
import type { Plan } from './plan.ts';

/** Carry a plan out. Throws CommandError with the first command that failed; what follows its stage was not started. */
export async function apply(
  session: Session,
  plan: Plan,
  signal?: AbortSignal,
  progress?: Progress,
): Promise<void> {
  await writeFiles(session, plan.files);
  const stages = applyStages(plan);
  if (!progress || plan.steps.length < WORTH_TELLING) {
    await session.all(stages, signal);
    return;
  }
  // The first stages are one process each: nothing to count until they end.
  const waits = [`making ${plan.namespaces.length} namespaces`, `making ${plan.veths.length} veth pairs`];
  const counted = stages.flat().filter((job) => job.namespace !== undefined).length;
  let done = 0;
  const next = () => progress(waits.shift() ?? 'setting them up', undefined);
  if (plan.namespaces.length > 0) next();
  await session.all(stages, signal, (job) => {
    if (job.namespace === undefined) next();
    else if (++done % Math.ceil(counted / 100) === 0) progress('setting them up', { done, of: counted });
  });
}

/** What is being done, and how far it has come. */
export type Progress = (doing: string, count: { done: number; of: number } | undefined) => void;

/** Fewer namespaces than this are done before anybody has read it. */
const WORTH_TELLING = 30;

/**
 * The same in a lab that somebody has worked in, where one change may bring or take along what another one is about: every command is tried.
 * Returns the first that failed; only a new look at the kernel tells whether that matters.
 */
export async function applyTolerantly(
  session: Session,
  plan: Plan,
  signal?: AbortSignal,
): Promise<CommandError | undefined> {
  await writeFiles(session, plan.files);
  let failed: CommandError | undefined;
  for (const stage of applyStages(plan)) {
    const jobs = stage.map((job) => ({ ...job, argv: withForce(job.argv) }));
    const results = await Promise.all(
      jobs.map(({ argv, ...options }) => session.run(argv, { ...options, env: { LC_ALL: 'C' }, signal })),
    );
    const index = results.findIndex(({ exitCode }) => exitCode !== 0);
    const result = results[index];
    if (result) failed ??= new CommandError(result, jobs[index]?.namespace, jobs[index]?.input);
  }
  return failed;
}

/** ip, bridge and tc go on with a batch behind a line that failed. */
const withForce = (argv: readonly string[]): string[] =>
  argv.flatMap((word) => (word === '-batch' ? ['-force', word] : [word]));

/**
 * A plan as commands, in as few processes as possible: one `ip -batch` for all namespaces, one for all veth pairs, then per namespace one
 * `ip -batch`, and where wanted one each of `iptables-restore`, `bridge -batch` and `sysctl`.
 *
 * They are started in their namespace, not with `ip -n`: that makes a mount namespace for each process (netns_switch() in iproute2's
 * lib/namespace.c), a copy of every mount there is, and each named network namespace is a mount. Among a thousand of them it costs ten times the rest.
 */
export function applyStages(plan: Plan): Job[][] {
  const steps = (make: (step: Plan['steps'][number]) => Job | undefined) =>
    plan.steps.flatMap((step) => make(step) ?? []);
  const batch = (lines: readonly string[], argv: string[], namespace?: string): Job | undefined =>
    lines.length > 0 ? { argv, namespace, input: `${lines.join('\n')}\n` } : undefined;
  return [
    plan.foreignNamespaces.map((name) => ({ argv: ['ip', 'netns', 'delete', name] })),
    [batch(plan.namespaces, ['ip', '-batch', '-']) ?? []].flat(),
    // An end that is gone already took its name along: that is no failure.
    steps((step) => batch(step.removeLinks, ['ip', '-batch', '-'], step.namespace)),
    [batch(plan.veths, ['ip', '-batch', '-']) ?? []].flat(),
    [
      ...steps((step) => batch(step.ip, ['ip', '-batch', '-'], step.namespace)),
      ...steps(({ namespace, iptables }) =>
        iptables === '' ? undefined : { argv: ['iptables-restore', '--wait'], namespace, input: iptables },
      ),
    ],
    [
      ...steps((step) => batch(step.bridge, ['bridge', '-batch', '-'], step.namespace)),
      ...steps(({ namespace, sysctls }) =>
        sysctls.length === 0 ? undefined : { argv: ['sysctl', '--quiet', '--write', ...sysctls], namespace },
      ),
      ...steps(({ namespace, tc }) => batch(tc, ['tc', '-batch', '-'], namespace)),
      ...steps(
        ({ namespace, otherIptables }) =>
          otherIptables && { argv: [otherIptables.program], namespace, input: otherIptables.text },
      ),
      ...plan.steps.flatMap(({ namespace, foreignNftTables }) =>
        foreignNftTables.map(({ family, name }) => ({
          argv: ['perl', `${PROGRAM_INSIDE}/nft-delete.pl`, namespace, nftFamilyNumber(family), name],
        })),
      ),
    ],
  ].filter((stage) => stage.length > 0);
}

/** /etc/netns/NAME/: what `ip netns exec` and `lab exec` put over /etc. */
async function writeFiles(session: Session, files: Plan['files']): Promise<void> {
  for (const file of files) {
    const directory = session.file(`/etc/netns/${file.namespace}`);
    await mkdir(directory, { recursive: true });
    await writeFile(`${directory}/${file.name}`, file.text);
  }
}
