import { randomBytes } from 'node:crypto';
import { packetOf } from '../packet/captured.ts';
import type { CapturedFrame } from '../packet/expectation.ts';
import { contains } from '../packet/match.ts';
import type { ObservedLink, ObservedNamespace } from '../kernel/state.ts';
import type { Packet } from '../packet/packet.ts';
import { line } from './kind/packet.ts';
import { sendProbe } from './probe.ts';
import type { Probe } from './spec.ts';
import { namespaceOf, targetAddress, type Surroundings } from './surroundings.ts';
import { isFence, startTap } from '../capture/tap.ts';

/** The way of one probe's packets through the lab. */
export interface Trace {
  lines: string[];
  /** Every frame that belongs to it, in the order in which the devices saw them. */
  frames: CapturedFrame[];
}

/** More devices than this are not captured on at once: a large lab is traced on the probe's own nodes and pods. */
const MOST_NAMESPACES = 64;

/** How long the probe is waited for: it has failed already, and no answer takes a lab this long. */
const LONGEST_WAIT_MS = 300;

/** Send the probe once more, capture on every device, and tell how far it came. */
export async function trace(
  around: Surroundings,
  observed: ReadonlyMap<string, ObservedNamespace>,
  probe: Probe,
): Promise<Trace> {
  if (probe.kind === 'command') return { lines: [], frames: [] };
  const sender = namespaceOf(around, probe.from);
  const links = linksOf(around, observed, sender);
  const places = [...links.keys()];
  await using tap = await startTap(around.session, places, around.lab.cluster.flannel?.backend.port);
  const heard: CapturedFrame[] = [];
  const hearing = tap.listen((frame) => {
    if (!isFence(frame.bytes)) heard.push(frame);
  });
  const tag = randomBytes(8);
  const waitMs = Math.min(probe.waitMs ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  // An echo request shorter than this carries no tag.
  const size = probe.kind === 'ping' && probe.size !== undefined ? { size: Math.max(24, probe.size) } : {};
  const again = { ...probe, ...size, waitMs };
  const { ports, untried } = await sendProbe({ ...around, tap }, again, tag.toString('hex'));
  if (untried !== undefined) return { lines: [], frames: [] };
  await Promise.all(places.map((place) => hearing.doubt(place, 200)));
  const questions = asked(around, observed, probe);
  const flow = flowOf(heard, ports?.client);
  const frames = heard
    .filter((frame) => contains(frame.bytes, tag) || isOf(frame, flow) || questions.has(question(frame)))
    .toSorted((a, b) => a.timeSeconds - b.timeSeconds || depth(a, links) - depth(b, links));
  const lines = [...sentences(frames, links, flow), ...openQuestions(observed, questions)];
  return { lines, frames };
}

/** Every device that is there; of a large lab those of nodes, routers and segments, and of the sender. */
function linksOf(
  around: Surroundings,
  observed: ReadonlyMap<string, ObservedNamespace>,
  sender: string,
): Map<string, ObservedLink> {
  const roles = new Map(around.want.namespaces.map((namespace) => [namespace.name, namespace.role]));
  const chosen = [...observed.values()].filter(
    ({ name }) => observed.size <= MOST_NAMESPACES || roles.get(name) !== 'pod' || name === sender,
  );
  return new Map(
    chosen.flatMap(({ name, links }) =>
      links
        .filter((link) => link.name !== 'lo' || name === sender)
        .map((link) => [`${name}/${link.name}`, link] as const),
    ),
  );
}

/** A packet and what it carries inside, the innermost first. */
function layers(packet: Packet): Packet[] {
  return packet.inner ? [...layers(packet.inner), packet] : [packet];
}

/**
 * What TCP, UDP and HTTP are known by, whatever is translated on the way: the port that the client sends from, and where a masquerade changes that
 * (--random-fully), the sequence number of the client's SYN, which no translation touches.
 */
interface Flow {
  clientPort: number;
  synNumbers: ReadonlySet<number>;
}

function flowOf(heard: readonly CapturedFrame[], clientPort: number | undefined): Flow | undefined {
  if (clientPort === undefined) return undefined;
  const synNumbers = heard.flatMap((frame) => {
    const tcp = layers(packetOf(frame))[0]?.tcp;
    return tcp?.sourcePort === clientPort && tcp.flags.includes('S') ? [tcp.seq] : [];
  });
  return { clientPort, synNumbers: new Set(synNumbers) };
}

function isOf(frame: CapturedFrame, flow: Flow | undefined): boolean {
  return flow !== undefined && wayOf(frame, flow) !== undefined;
}

/** A frame that comes in keeps its stamp on its way up: from a port to its bridge, from eth0 to the tunnel device. */
function depth(frame: CapturedFrame, links: ReadonlyMap<string, ObservedLink>): number {
  const type = links.get(frame.place)?.type;
  return frame.direction === 'out' ? 0 : type === 'bridge' ? 2 : type === 'vxlan' ? 1 : 0;
}

type Way = 'request' | 'answer' | 'error';

/** Which way the probe's own packet in a frame goes; an ICMP error is about a request and goes the other way. */
function wayOf(frame: CapturedFrame, flow: Flow | undefined): Way | undefined {
  const [packet] = layers(packetOf(frame));
  if (!packet) return undefined;
  const { icmp } = packet;
  const about = icmp?.embedded;
  const header = packet.tcp ?? packet.udp ?? about?.tcp ?? about?.tcpStart ?? about?.udp;
  if (flow) {
    const { clientPort, synNumbers } = flow;
    const { tcp } = packet;
    if (tcp && synNumbers.has(tcp.seq)) return 'request';
    if (tcp && synNumbers.has((tcp.ack - 1) >>> 0)) return 'answer';
    if (header?.sourcePort === clientPort)
      return !about ? 'request' : icmp.kind === 'redirect' ? undefined : 'error';
    return header?.destinationPort === clientPort ? 'answer' : undefined;
  }
  if (about) return icmp.kind === 'redirect' ? undefined : 'error';
  if (icmp?.kind === 'echo-request') return 'request';
  return icmp?.kind === 'echo-reply' ? 'answer' : undefined;
}

/** The address that an ARP frame is about. */
function question(frame: CapturedFrame): string {
  const { arp } = packetOf(frame);
  return (arp?.operation === 'request' ? arp.targetAddress : arp?.senderAddress) ?? '';
}

/** Addresses that may be asked for on the way: the ends, and every next hop and tunnel end that a table names. */
function asked(
  around: Surroundings,
  observed: ReadonlyMap<string, ObservedNamespace>,
  probe: Exclude<Probe, { kind: 'command' }>,
): Set<string> {
  const tables = [...observed.values()];
  return new Set([
    targetAddress(around, probe.from),
    ...('to' in probe && probe.to !== undefined ? [targetAddress(around, probe.to)] : []),
    ...('address' in probe && probe.address !== undefined ? [probe.address] : []),
    ...tables.flatMap(({ routes }) => routes.flatMap(({ via }) => via ?? [])),
    ...tables.flatMap(({ fdb }) => fdb.map(({ dst }) => dst)),
  ]);
}

function sentences(
  frames: readonly CapturedFrame[],
  links: ReadonlyMap<string, ObservedLink>,
  flow: Flow | undefined,
): string[] {
  const ofWay = (way: Way) => frames.filter((frame) => wayOf(frame, flow) === way);
  const [request, answer] = [farthest(ofWay('request'), links), farthest(ofWay('answer'), links)];
  const lines: string[] = [];
  if (answer) lines.push(`the answer was last seen on ${line(answer)}${strayed(answer, links)}`);
  else if (request) lines.push(`the packet was last seen on ${line(request)}${strayed(request, links)}`);
  else lines.push('the packet was seen on no device: it did not leave its sender');
  const [error] = ofWay('error');
  if (error) lines.push(`it was refused on ${line(error)}`);
  return [...lines, ...unansweredQuestions(frames)];
}

/**
 * The device that was the last to see such a packet for the first time; a retransmission starts from the beginning and is no news, and neither
 * is a frame that a bridge flooded to somebody else.
 */
function farthest(
  frames: readonly CapturedFrame[],
  links: ReadonlyMap<string, ObservedLink>,
): CapturedFrame | undefined {
  const seen = new Set<string>();
  const first = frames.filter((frame) => !seen.has(frame.place) && seen.add(frame.place));
  const own = first.filter(
    (frame) => strayed(frame, links) === '' || links.get(frame.place)?.type === 'vxlan',
  );
  return own.at(-1) ?? first.at(-1);
}

/** Words for a frame that came to a device and is not addressed to it. A bridge and its ports take every frame. */
function strayed(frame: CapturedFrame, links: ReadonlyMap<string, ObservedLink>): string {
  const link = links.get(frame.place);
  const destination = packetOf(frame).ethernet?.destination;
  if (frame.direction === 'out' || !link || link.type === 'bridge' || link.master !== undefined) return '';
  if (link.mac === undefined || destination === undefined || isGroup(destination)) return '';
  return destination === link.mac ? '' : `; it is for ${destination}, and this device is ${link.mac}`;
}

/** Broadcast and multicast: the lowest bit of the first byte. */
const isGroup = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;

/** Neighbours on the way that have not answered. A question that is open already is not asked again for a second, so no frame may show it. */
function openQuestions(
  observed: ReadonlyMap<string, ObservedNamespace>,
  addresses: ReadonlySet<string>,
): string[] {
  return [...observed.values()].flatMap(({ name, neighbours }) =>
    neighbours
      .filter(
        ({ address, state }) => addresses.has(address) && (state === 'incomplete' || state === 'failed'),
      )
      .map(
        ({ address, dev, state }) =>
          `${name}: nobody has answered for ${address} on ${dev}: the neighbour is ${state}`,
      ),
  );
}

/** ARP requests that nobody answered. */
function unansweredQuestions(frames: readonly CapturedFrame[]): string[] {
  const answered = new Set<string>();
  const asked = new Map<string, CapturedFrame>();
  for (const frame of frames) {
    const { arp } = packetOf(frame);
    if (arp?.operation === 'request') asked.set(arp.targetAddress, frame);
    if (arp?.operation === 'reply') answered.add(arp.senderAddress);
  }
  return [...asked]
    .filter(([address]) => !answered.has(address))
    .map(([address, frame]) => `nobody answered who-has ${address}, last seen on ${line(frame)}`);
}
