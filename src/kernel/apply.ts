import { mkdir, writeFile } from 'node:fs/promises';
import type { Job } from '../run/job.ts';
import type { Session } from '../sandbox/session.ts';
import type { Plan } from './plan.ts';

/** Carry a plan out. Throws CommandError with the first command that failed; what follows its stage was not started. */
export async function apply(session: Session, plan: Plan, signal?: AbortSignal): Promise<void> {
  await writeFiles(session, plan.files);
  await session.all(applyStages(plan), signal);
}

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
