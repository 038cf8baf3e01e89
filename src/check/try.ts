import { until } from '../run/until.ts';
import { exchange, http } from './kind/exchange.ts';
import { command } from './kind/command.ts';
import { mesh } from './kind/mesh.ts';
import { miss } from './kind/miss.ts';
import { packet } from './kind/packet.ts';
import { ping } from './kind/ping.ts';
import { addressRow, fdbRow, iptablesRow, linkRow, neighbourRow, routeRow, sysctlRow } from './kind/row.ts';
import type { CheckSpec, Claim } from './spec.ts';
import type { Outcome, Surroundings } from './surroundings.ts';
import { title } from './title.ts';
import { obstacleOf, untried } from './untried.ts';

/** Try a claim again until it is as wanted or the check's deadline has passed; the last outcome counts. */
export async function tryCheck(
  around: Surroundings,
  spec: CheckSpec,
): Promise<{ outcome: Outcome; attempts: number }> {
  let last: Outcome | undefined;
  let attempts = 0;
  await until(
    async (attempt) => {
      attempts = attempt;
      last = await tryOnce(around, spec);
      // What this machine lacks does not come while we wait.
      return last.holds || last.lacking ? true : undefined;
    },
    { timeoutMs: spec.withinMs, signal: around.signal },
  );
  return { outcome: last ?? { holds: false, want: [], got: ['it was never tried'] }, attempts };
}

async function tryOnce(around: Surroundings, spec: CheckSpec): Promise<Outcome> {
  try {
    // A packet check knows by itself what its absence takes.
    if (spec.claim.kind === 'packet') return await packet(around, spec.claim, spec.not);
    const outcome = await claimOutcome(around, spec.claim);
    if (!spec.not || outcome.untried !== undefined) return outcome;
    return { ...outcome, holds: !outcome.holds, want: outcome.want.map((line) => `not: ${line}`) };
  } catch (error) {
    around.signal.throwIfAborted();
    return untried([title(spec)], obstacleOf(error));
  }
}

function claimOutcome(around: Surroundings, claim: Exclude<Claim, { kind: 'packet' }>): Promise<Outcome> {
  switch (claim.kind) {
    case 'ping':
      return ping(around, claim);
    case 'tcp':
    case 'udp':
      return exchange(around, claim.kind, claim);
    case 'http':
      return http(around, claim);
    case 'command':
      return command(around, claim);
    case 'mesh':
      return mesh(around, claim);
    case 'miss':
      return miss(around, claim);
    case 'link':
      return linkRow(around, claim);
    case 'address':
      return addressRow(around, claim);
    case 'route':
      return routeRow(around, claim);
    case 'neighbour':
      return neighbourRow(around, claim);
    case 'fdb':
      return fdbRow(around, claim);
    case 'iptables':
      return iptablesRow(around, claim);
    case 'sysctl':
      return sysctlRow(around, claim);
  }
}
