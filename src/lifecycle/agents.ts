import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Lab } from '../lab/lab.ts';
import { nodesWithoutAgent } from '../agent/alive.ts';
import { agentConfig, CONFIG_FILE, readyFile } from '../agent/config.ts';
import { Failure } from '../run/failure.ts';
import { until } from '../run/until.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import { childrenOf } from '../sandbox/process.ts';
import type { Session } from '../sandbox/session.ts';

/**
 * Start the agent of a running lab again where it has died, or `all` the same; returns the nodes that it had left alone. It has to belong to the sandbox, so it is
 * started from a session of the holder itself.
 */
export async function ensureAgents(
  session: Session,
  lab: Lab,
  { signal, all }: { signal: AbortSignal; all: boolean },
): Promise<string[]> {
  const nodes = all
    ? (agentConfig(lab)?.nodes ?? []).map(({ name }) => name)
    : nodesWithoutAgent(session, lab);
  if (nodes.length === 0) return [];
  // What a dead agent had started has become PID 1's, as everything of an agent is; nothing else is.
  for (const pid of childrenOf(session.holderPid)) endProcess(pid);
  for (const node of agentConfig(lab)?.nodes ?? [])
    rmSync(session.file(readyFile(node.name)), { force: true });
  await startAgents(session, lab, signal);
  return nodes;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** Start the agent, if the lab has one, so that it belongs to the sandbox and not to us; returns when it listens. */
export async function startAgents(session: Session, lab: Lab, signal: AbortSignal): Promise<boolean> {
  const config = agentConfig(lab);
  if (!config) return false;
  writeFileSync(session.file(CONFIG_FILE), JSON.stringify(config));
  const log = '/var/log/agent.log';
  // The shell starts it in the background and ends, so that nothing of ours waits on it; PID 1 adopts it.
  await session.must([
    'sh',
    '-c',
    'exec >"$0" 2>&1 </dev/null; "$@" &',
    log,
    process.execPath,
    '--max-semi-space-size=1',
    '--max-old-space-size=64',
    `${PROGRAM_INSIDE}/agent.cjs`,
  ]);
  const waiting = new Set(config.nodes.map((node) => node.name));
  const ready = await until(
    () => {
      // Once that shell has ended, nobody but the agent is a child of PID 1.
      const lives = childrenOf(session.holderPid).length > 0;
      for (const node of waiting) if (existsSync(session.file(readyFile(node)))) waiting.delete(node);
      return waiting.size === 0 || (lives ? undefined : false);
    },
    { timeoutMs: 20_000, signal },
  );
  if (ready) return true;
  const words = await readFile(session.file(log), 'utf8').catch(() => '');
  const what = ready === false ? 'ended at once' : 'did not get ready';
  throw new Failure('build', `the agent of ${[...waiting].join(', ')} ${what}\n${words.trim()}`);
}
