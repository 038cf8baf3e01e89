import { nodesWithoutAgent } from '../agent/alive.ts';
import { describeDifference } from '../kernel/describe-difference.ts';
import { allDifferences } from '../kernel/difference.ts';
import type { CapturedFrame } from '../packet/expectation.ts';
import { saveEvidence } from './evidence-directory.ts';
import type { CheckSpec, Probe } from './spec.ts';
import type { Outcome, Surroundings } from './surroundings.ts';
import { title } from './title.ts';
import { trace } from './trace.ts';

/** What a failed check leaves behind for the reader. */
export interface Evidence {
  evidence: string[];
  evidenceDirectory?: string;
  attachments?: string[];
}

/** So many rows that differ are named; with more, the lab as a whole is another one. */
const MOST_ROWS = 12;

/**
 * Why a check failed, as near as the kernel can tell: rows that are not as wanted, an agent that is gone, and for a probe the way of one more
 * such packet, captured on every device of the lab at once, to the last device that saw it.
 */
export async function evidenceOf(around: Surroundings, spec: CheckSpec, outcome: Outcome): Promise<Evidence> {
  const lines: string[] = [];
  const frames: CapturedFrame[] = [...(outcome.frames ?? [])];
  const files = new Map<string, string>();
  try {
    const sight = await around.look();
    for (const [name, text] of sight.files) files.set(name, text);
    const rows = [
      ...allDifferences(around.want, sight.observed).map(describeDifference),
      ...deadAgents(around),
    ];
    lines.push(...rows.slice(0, MOST_ROWS));
    if (rows.length > MOST_ROWS)
      lines.push(`and ${rows.length - MOST_ROWS} more rows that are not as wanted`);
    if (rows.length === 0) lines.push('every row in the kernel is as wanted');
    const probe = probeOf(spec, outcome);
    if (probe) {
      const traced = await trace(around, sight.observed, probe);
      lines.push(...traced.lines);
      frames.push(...traced.frames);
    }
  } catch (error) {
    if (around.signal.aborted) throw error;
    lines.push(`no further evidence: ${error instanceof Error ? error.message : String(error)}`);
  }
  const got = ['want', ...indented(outcome.want), 'got', ...indented(outcome.got), 'why', ...indented(lines)];
  const saved = await saveEvidence(around, spec, { lines: [title(spec), ...got], frames, files });
  return { evidence: lines, ...saved };
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

function deadAgents(around: Surroundings): string[] {
  return nodesWithoutAgent(around.session, around.lab).map(
    (node) => `${node}: the flannel agent is not running: nobody answers the kernel's misses`,
  );
}

/** The packets whose way is worth following. */
function probeOf(spec: CheckSpec, outcome: Outcome): Probe | undefined {
  const { claim } = spec;
  switch (claim.kind) {
    case 'ping':
    case 'tcp':
    case 'udp':
    case 'http':
      return claim;
    case 'packet':
      return claim.while.kind === 'command' ? undefined : claim.while;
    case 'mesh':
      return outcome.pair && { kind: 'ping', ...outcome.pair };
    case 'miss':
      return { kind: 'ping', from: claim.from, to: claim.to };
    default:
      return undefined;
  }
}
