import type { CheckSpec, Ping } from '../check/spec.ts';
import { addressProblem, familyOf } from '../model/cidr.ts';
import type { Flannel } from '../model/cluster.ts';
import { claimOf } from './claims.ts';
import { deviceProblem, nameProblem, type Kind, type Names } from './names.ts';
import { claimKinds, probeKinds, type CheckEntry, type ProbeEntry } from './schema-check.ts';
import { frameConflict } from './schema-frame.ts';
import { milliseconds, placeParts } from './schema-scalar.ts';
import { found } from './validate.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

const defaultWithinMs = 5000;
const withAddress: Kind[] = ['node', 'pod', 'router', 'host'];
const anywhere: Kind[] = [...withAddress, 'segment'];

interface Context {
  document: YamlDocument;
  names: Names;
  /** Absent: none, or one that is wrong. */
  flannel: Flannel | undefined;
  flannelIsDoubtful: boolean;
}

/** The checks of a lab file as data, all names in them known. */
export function checkSpecs(entries: (CheckEntry | undefined)[], context: Context): CheckSpec[] {
  return entries.flatMap((entry, index) => {
    const path = ['checks', index];
    if (entry === undefined) return [];
    const kind = onlyKind(entry, claimKinds, {
      document: context.document,
      path,
      what: 'a check makes one claim',
    });
    if (kind === undefined) return [];
    checkClaim(entry, kind, { ...context, path: [...path, kind] });
    const claim = claimOf(entry);
    if (claim === undefined) return [];
    return [
      {
        number: index + 1,
        ...(entry.name === undefined ? {} : { name: entry.name }),
        not: entry.not ?? false,
        withinMs: entry.within === undefined ? defaultWithinMs : milliseconds(entry.within),
        tags: entry.tags ?? [],
        claim,
      },
    ];
  });
}

/** The one key of `kinds` that a mapping has; none or several are reported. */
function onlyKind<K extends string>(
  entry: Partial<Record<K, unknown>>,
  kinds: readonly K[],
  { document, path, what }: { document: YamlDocument; path: Path; what: string },
): K | undefined {
  const [kind, second] = kinds.filter((candidate) => Object.hasOwn(entry, candidate));
  if (kind === undefined)
    document.report(path, `found no kind of check; expected one of ${kinds.join(', ')}`);
  else if (second !== undefined)
    document.reportKey([...path, second], `found ${second} beside ${kind}; expected one of them, as ${what}`);
  return second === undefined ? kind : undefined;
}

type Place = Context & { path: Path };

function checkClaim(entry: CheckEntry, kind: (typeof claimKinds)[number], at: Place): void {
  switch (kind) {
    case 'ping':
    case 'tcp':
    case 'udp':
    case 'http':
    case 'command':
      checkProbe(entry, kind, at);
      return;
    case 'packet':
      checkPacket(entry, at);
      return;
    case 'mesh':
      for (const [index, name] of (entry.mesh?.among ?? []).entries())
        checkName(name, withAddress, { ...at, path: [...at.path, 'among', index] });
      if (entry.mesh?.seed !== undefined && entry.mesh.sample === undefined)
        at.document.reportKey(
          [...at.path, 'seed'],
          'found seed without sample; expected both, as without sample every pair is asked',
        );
      return;
    case 'miss':
      checkMiss(entry, at);
      return;
    case 'link':
      if (entry.link?.peer !== undefined)
        checkName(placeParts(entry.link.peer)[0], anywhere, below(at, 'peer'));
  }
  const body = entry[kind];
  if (body !== undefined) checkName(body.in, anywhere, below(at, 'in'));
}

function checkProbe(entry: ProbeEntry, kind: (typeof probeKinds)[number], at: Place): void {
  const { ping, http, command } = entry;
  if (kind === 'command') {
    if (command !== undefined) checkName(command.in, anywhere, below(at, 'in'));
    return;
  }
  const body = entry[kind];
  if (body === undefined) return;
  checkName(body.from, withAddress, below(at, 'from'));
  if (kind === 'ping' && ping !== undefined) {
    checkTarget(ping.to, below(at, 'to'));
    checkPing(ping, at);
    return;
  }
  if (body.to !== undefined) checkName(body.to, withAddress, below(at, 'to'));
  if (kind !== 'http' || http === undefined) return;
  const { document, path } = at;
  if (http.to === undefined && http.url === undefined)
    document.report(path, 'the key to is missing; expected to, where the check starts a responder, or url');
  for (const key of ['to', 'port', 'path'] as const)
    if (http.url !== undefined && http[key] !== undefined)
      document.reportKey(
        [...path, key],
        `found ${key} beside url; expected one of them, as a url says it all`,
      );
}

function checkPing({ expect = 'reply', mtu }: Pick<Ping, 'expect' | 'mtu'>, { document, path }: Place): void {
  if (mtu !== undefined && expect !== 'frag-needed' && expect !== 'message-too-long')
    document.reportKey(
      [...path, 'mtu'],
      `found mtu with expect: ${expect}; expected it only with frag-needed or message-too-long, which name one`,
    );
}

function checkPacket({ packet }: CheckEntry, at: Place): void {
  if (packet === undefined) return;
  const { document, path } = at;
  const kind = onlyKind(packet.while, probeKinds, {
    document,
    path: [...path, 'while'],
    what: 'one probe runs at a time',
  });
  if (kind !== undefined) checkProbe(packet.while, kind, { ...at, path: [...path, 'while', kind] });
  for (const [index, place] of [packet.on].flat().entries())
    checkPlace(place, { ...at, path: [...path, 'on', ...(Array.isArray(packet.on) ? [index] : [])] });
  const conflict = frameConflict(packet.expect);
  if (conflict !== undefined) document.reportKey([...path, 'expect', conflict.key], conflict.problem);
}

function checkMiss({ miss }: CheckEntry, at: Place): void {
  if (miss === undefined) return;
  checkName(miss.from, ['pod', 'node'], below(at, 'from'));
  checkTarget(miss.to, below(at, 'to'));
  const { document, path, flannel } = at;
  if (flannel?.era !== 'v0.7') {
    if (!at.flannelIsDoubtful)
      document.report(
        path,
        `found a miss check ${flannel === undefined ? 'without flannel' : `with flannel of era ${flannel.era}`}; expected flannel of era v0.7, which alone waits for misses`,
      );
    return;
  }
  const [name, dev] = placeParts(miss.on);
  const vtep = `flannel.${flannel.backend.vni}`;
  const on = below(at, 'on');
  if (checkName(name, ['node'], on) && dev !== vtep)
    document.report(on.path, `found ${found(miss.on)}; expected the vxlan device, ${name}/${vtep}`);
}

function checkPlace(place: string, at: Place): void {
  const [name, dev] = placeParts(place);
  if (!checkName(name, anywhere, at)) return;
  const problem = deviceProblem(name, dev, at.names);
  if (problem !== undefined) at.document.report(at.path, problem);
}

/** A name, or an IPv4 address. */
function checkTarget(to: string, at: Place): void {
  // A name with nothing but digits and dots is a pod's at most.
  if (familyOf(to) === undefined && (at.names.kinds.has(to) || !/^[\d./]+$/.test(to))) {
    checkName(to, withAddress, at);
    return;
  }
  const problem = addressProblem(to);
  if (problem !== undefined)
    at.document.report(at.path, `found ${found(to)}: ${problem}; expected a name or an IPv4 address`);
}

function checkName(name: string, kinds: readonly Kind[], { document, path, names }: Place): boolean {
  const problem = nameProblem(name, names, kinds);
  if (problem !== undefined) document.report(path, problem);
  return problem === undefined;
}

function below(at: Place, key: string): Place {
  return { ...at, path: [...at.path, key] };
}
