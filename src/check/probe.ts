import { command } from './kind/command.ts';
import { exchange, http } from './kind/exchange.ts';
import { ping } from './kind/ping.ts';
import type { Probe } from './spec.ts';
import type { Outcome, Surroundings } from './surroundings.ts';

/** Send a probe's packets once; those of ping, tcp and udp carry `tag` (16 hexadecimal digits). */
export function sendProbe(around: Surroundings, probe: Probe, tag: string): Promise<Outcome> {
  switch (probe.kind) {
    case 'ping':
      return ping(around, probe, tag);
    case 'tcp':
    case 'udp':
      return exchange(around, probe.kind, probe, tag);
    case 'http':
      return http(around, probe);
    case 'command':
      return command(around, probe);
  }
}
