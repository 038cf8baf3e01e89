import { mkdir, writeFile } from 'node:fs/promises';
import { CommandError } from '../run/command.ts';
import type { Job } from '../run/job.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';
import { nftFamilyNumber } from './nft-table.ts';
import type { Plan } from './plan.ts';

/** Carry a plan out. Throws CommandError with the first command that failed; what follows its stage was not started. */
export async function apply(session: Session, plan: Plan, signal?: AbortSignal): Promise<void> {
  await writeFiles(session, plan.files);
  await session.all(applyStages(plan), signal);
}

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
 */
export function applyStages(plan: Plan): Job[][] {
  const steps = (make: (step: Plan['steps'][number]) => Job | undefined) =>
    plan.steps.flatMap((step) => make(step) ?? []);
  const batch = (lines: readonly string[], argv: string[]): Job | undefined =>
    lines.length > 0 ? { argv, input: `${lines.join('\n')}\n` } : undefined;
  return [
    plan.foreignNamespaces.map((name) => ({ argv: ['ip', 'netns', 'delete', name] })),
    [batch(plan.namespaces, ['ip', '-batch', '-']) ?? []].flat(),
    // An end that is gone already took its name along: that is no failure.
    steps((step) => batch(step.removeLinks, ['ip', '-n', step.namespace, '-batch', '-'])),
    [batch(plan.veths, ['ip', '-batch', '-']) ?? []].flat(),
    [
      ...steps((step) => batch(step.ip, ['ip', '-n', step.namespace, '-batch', '-'])),
      ...steps(({ namespace, iptables }) =>
        iptables === '' ? undefined : { argv: ['iptables-restore', '--wait'], namespace, input: iptables },
      ),
    ],
    [
      ...steps((step) => batch(step.bridge, ['bridge', '-n', step.namespace, '-batch', '-'])),
      ...steps(({ namespace, sysctls }) =>
        sysctls.length === 0 ? undefined : { argv: ['sysctl', '--quiet', '--write', ...sysctls], namespace },
      ),
      ...steps(({ namespace, tc }) => batch(tc, ['tc', '-n', namespace, '-batch', '-'])),
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
