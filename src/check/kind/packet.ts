import { randomBytes } from 'node:crypto';
import { packetOf } from '../../packet/captured.ts';
import { describe } from '../../packet/describe.ts';
import { contains, mismatches, nearest } from '../../packet/match.ts';
import type { CapturedFrame, FrameExpectation } from '../../packet/expectation.ts';
import type { Packet as Decoded } from '../../packet/packet.ts';
import type { Packet, Probe } from '../spec.ts';
import { placeOf, type Outcome, type Surroundings } from '../surroundings.ts';
import { sendProbe } from '../probe.ts';
import { isFence } from '../../capture/tap.ts';

const FENCE_TIMEOUT_MS = 2_000;

/**
 * Frames on devices while a probe runs. The capture runs already, and only the probe's own frames count: those that carry its random tag, and
 * of TCP, UDP and HTTP those between the very ports that it used (a SYN carries no tag). Where the expectation is about ARP, or the probe is a
 * command or an echo request too short for a tag, every frame counts. Afterwards a fence frame on each device proves that nothing is still on
 * its way to us: so absence is a fact, not a pause.
 */
export async function packet(around: Surroundings, claim: Packet, negated: boolean): Promise<Outcome> {
  const places = claim.on.map((place) => placeOf(around, place));
  await forgetQuestion(around, places, claim.expect);
  const tag = randomBytes(8);
  const heard: CapturedFrame[] = [];
  const hearing = around.tap.listen((frame) => {
    if (places.includes(frame.place) && !isFence(frame.bytes)) heard.push(frame);
  });
  try {
    const probe = await sendProbe(around, claim.while, tag.toString('hex'));
    const doubts = await Promise.all(places.map((place) => hearing.doubt(place, FENCE_TIMEOUT_MS)));
    const frames =
      claim.expect.arp === undefined && carriesTag(claim.while)
        ? heard.filter((frame) => contains(frame.bytes, tag) || isBetween(frame, probe.ports))
        : heard;
    return judge({ claim, negated, places, frames, probe, doubts });
  } finally {
    hearing.end();
  }
}

/**
 * A question that is open already is not asked again for a second (net.ipv4.neigh.*.retrans_time_ms), and one that is answered not for minutes: for
 * the question to be seen, the kernel has to forget it.
 */
async function forgetQuestion(
  { session }: Surroundings,
  places: readonly string[],
  { arp }: FrameExpectation,
): Promise<void> {
  const [, address] = /^who-has (\S+)/.exec(arp ?? '') ?? [];
  if (address === undefined) return;
  await Promise.all(
    places.map((place) => {
      const [namespace = '', dev = ''] = place.split(/\/(?=[^/]*$)/);
      // Mostly there is no such entry; one that somebody wrote for good stays, and shows that nobody has to ask.
      return session.run(['ip', 'neighbour', 'flush', 'to', address, 'dev', dev], { namespace });
    }),
  );
}

/** ping fills its payload with the tag, but the first 16 bytes are a time stamp. */
const carriesTag = (probe: Probe): boolean =>
  probe.kind === 'ping' ? (probe.size ?? 56) >= 24 : probe.kind !== 'command';

/** Whether a frame, or what it carries or quotes, goes from one of these ports to the other. */
function isBetween(frame: CapturedFrame, ports: Outcome['ports']): boolean {
  const fitsHere = (packet: Decoded | undefined): boolean => {
    if (!packet || !ports) return false;
    const { udp, tcp, tcpStart, inner, icmp } = packet;
    const here = [udp, tcp, tcpStart].some(
      (header) =>
        header &&
        ((header.sourcePort === ports.client && header.destinationPort === ports.server) ||
          (header.sourcePort === ports.server && header.destinationPort === ports.client)),
    );
    return here || fitsHere(inner) || fitsHere(icmp?.embedded);
  };
  return ports !== undefined && fitsHere(packetOf(frame));
}

interface Evidence {
  claim: Packet;
  negated: boolean;
  places: string[];
  frames: CapturedFrame[];
  probe: Outcome;
  /** For each place, why its capture cannot vouch that it is complete; undefined: it can. */
  doubts: (string | undefined)[];
}

function judge({ claim, negated, places, frames, probe, doubts }: Evidence): Outcome {
  const probeFits = probe.holds !== (claim.probeFails ?? false);
  const fitting = (place: string) =>
    frames.filter((frame) => frame.place === place && fits(claim.expect, frame));
  const want = negated
    ? [`no frame on ${places.join(', ')} ${ofProbe(claim.expect)}`]
    : places.map((place) => `on ${place}: a frame ${ofProbe(claim.expect)}`);
  if (probe.untried !== undefined) return { ...probe, want: [...want, ...probe.want] };
  const got: string[] = [];
  let holds = true;
  if (!probeFits) {
    holds = false;
    want.push(claim.probeFails ? 'the probe fails' : 'the probe succeeds', ...probe.want);
    got.push(claim.probeFails ? 'the probe succeeded' : 'the probe failed', ...probe.got);
  }
  for (const [index, place] of places.entries()) {
    const found = fitting(place);
    const doubt = doubts[index];
    const asWanted = negated ? found.length === 0 && doubt === undefined : found.length > 0;
    if (asWanted) continue;
    holds = false;
    if (negated) got.push(...found.slice(0, 3).map(line));
    else got.push(...whatWasThere(place, frames, claim.expect));
    if (doubt !== undefined) got.push(`cannot vouch for ${place}: ${doubt}`);
  }
  return { holds, want, got, frames };
}

export function fits(want: FrameExpectation, frame: CapturedFrame): boolean {
  return mismatches(want, packetOf(frame), frame).length === 0;
}

function whatWasThere(place: string, frames: readonly CapturedFrame[], want: FrameExpectation): string[] {
  const here = frames.filter((frame) => frame.place === place);
  if (here.length === 0) {
    const elsewhere = frames.at(-1);
    return [`on ${place}: no frame of this probe${elsewhere ? `; last seen on ${line(elsewhere)}` : ''}`];
  }
  return nearest(want, here).flatMap(({ frame, reasons }) => [
    line(frame),
    ...reasons.map((reason) => `  ${reason}`),
  ]);
}

export function line(frame: CapturedFrame): string {
  return `${frame.place} ${frame.direction}: ${describe(packetOf(frame), frame.lengthBytes)}`;
}

/** Without an expectation any frame of the probe is meant. */
const ofProbe = (expect: FrameExpectation): string =>
  Object.keys(expect).length === 0 ? 'of the probe' : `with ${words(expect)}`;

/** The expectation in the lab file's own words. */
function words(expect: FrameExpectation): string {
  return Object.entries(expect)
    .map(
      ([key, value]) =>
        `${key} ${typeof value === 'object' ? words(value as FrameExpectation) : String(value)}`,
    )
    .join(', ');
}
