import type { Claim, Probe } from '../check/spec.ts';
import { normalMAC } from '../model/mac.ts';
import type { CheckEntry, ProbeEntry } from './schema-check.ts';
import { normalFrame } from './schema-frame.ts';
import { milliseconds } from './schema-scalar.ts';

/** The claim of a check that has one kind: the entry's own words with units, lists and MACs made uniform. */
export function claimOf(entry: CheckEntry): Claim | undefined {
  const probe = probeOf(entry);
  if (probe !== undefined) return probe;
  if (entry.link !== undefined) return { kind: 'link', ...lowered(entry.link) };
  if (entry.address !== undefined) return { kind: 'address', ...entry.address };
  if (entry.route !== undefined) return { kind: 'route', ...entry.route };
  if (entry.neighbour !== undefined) {
    const { state, ...rest } = lowered(entry.neighbour);
    return { kind: 'neighbour', ...rest, ...(state === undefined ? {} : { state: [state].flat() }) };
  }
  if (entry.fdb !== undefined) return { kind: 'fdb', ...entry.fdb, lladdr: normalMAC(entry.fdb.lladdr) };
  if (entry.iptables !== undefined) return { kind: 'iptables', ...entry.iptables };
  if (entry.sysctl !== undefined)
    return { kind: 'sysctl', ...entry.sysctl, value: String(entry.sysctl.value) };
  if (entry.mesh !== undefined) return { kind: 'mesh', ...entry.mesh };
  if (entry.miss !== undefined) return { kind: 'miss', ...lowered(entry.miss) };
  return packetOf(entry);
}

function packetOf({ packet }: CheckEntry): Claim | undefined {
  const probe = packet && probeOf(packet.while);
  if (packet === undefined || probe === undefined) return undefined;
  return {
    kind: 'packet',
    while: probe,
    on: [packet.on].flat(),
    expect: normalFrame(packet.expect),
    ...(packet.probeFails === undefined ? {} : { probeFails: packet.probeFails }),
  };
}

function probeOf({ ping, tcp, udp, http, command }: ProbeEntry): Probe | undefined {
  if (ping !== undefined) return { kind: 'ping', ...timed(ping) };
  if (tcp !== undefined) return { kind: 'tcp', ...timed(tcp) };
  if (udp !== undefined) return { kind: 'udp', ...timed(udp) };
  if (http !== undefined) return { kind: 'http', ...timed(http) };
  if (command !== undefined) return { kind: 'command', ...command };
  return undefined;
}

/** `wait: 3s` -> `waitMs: 3000` */
function timed<T extends { wait?: string | number }>(body: T): Omit<T, 'wait'> & { waitMs?: number } {
  const { wait, ...rest } = body;
  return wait === undefined ? rest : { ...rest, waitMs: milliseconds(wait) };
}

/** MACs in lower case, as the kernel prints them. */
function lowered<T extends { mac?: string; lladdr?: string }>(body: T): T {
  const { mac, lladdr } = body;
  return {
    ...body,
    ...(mac === undefined ? {} : { mac: normalMAC(mac) }),
    ...(lladdr === undefined ? {} : { lladdr: normalMAC(lladdr) }),
  };
}
