import { existsSync, readFileSync } from 'node:fs';
import type { Lab } from '../lab/lab.ts';
import type { Session } from '../sandbox/session.ts';
import { agentConfig, readyFile } from './config.ts';

/** Nodes whose agent should run and does not. */
export function nodesWithoutAgent(session: Pick<Session, 'file'>, lab: Lab): string[] {
  return (agentConfig(lab)?.nodes ?? []).map(({ name }) => name).filter((node) => !lives(session, node));
}

/** The ready file holds the agent's number in the sandbox, whose /proc shows who lives there. */
function lives(session: Pick<Session, 'file'>, node: string): boolean {
  try {
    const pid = readFileSync(session.file(readyFile(node)), 'utf8').trim();
    return pid !== '' && existsSync(session.file(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
