import { parseLink } from '../kernel/link.ts';
import type { ObservedLink } from '../kernel/state.ts';
import type { PlaceWord } from '../lab/place-words.ts';
import { namesLike, nearestFew } from '../model/names.ts';
import { Failure } from '../run/failure.ts';
import type { Session } from '../sandbox/session.ts';

/** One device that is captured on. */
export interface Place {
  /** `node1/eth0` */
  name: string;
  namespace: string;
  device: string;
  mac?: string;
  /** 0; on a bridge one more than on its ports, on a VXLAN device one more than on the device below: they see a frame first. */
  level: number;
}

export interface Places {
  places: Place[];
  /** UDP ports of the VXLAN devices there. */
  vxlanPorts: number[];
}

/** Each is a socket or two of one process, and a file descriptor is taken for granted only up to 1024. */
const MOST_PLACES = 400;

/** The devices that are meant, as the kernel has them now; each once, in the order of the words. Throws Failure (usage) with the nearest names. */
export async function findPlaces(session: Session, words: readonly PlaceWord[]): Promise<Places> {
  const namespaces = [...new Set(words.map(({ namespace }) => namespace))];
  if (namespaces.length > MOST_PLACES) throw tooMany(namespaces.length);
  const answers = await session.all([
    namespaces.map((namespace) => ({ argv: ['ip', '-j', '-d', 'link', 'show'], namespace })),
  ]);
  const links = new Map(
    namespaces.map((namespace, index) => [namespace, parseLinks(answers[index]?.stdout ?? '')]),
  );
  const places = new Map<string, Place>();
  for (const { namespace, device } of words) {
    const here = links.get(namespace) ?? [];
    const meant =
      device === undefined
        ? here.filter(({ type }) => type !== 'loopback')
        : [deviceLike(device, namespace, here)];
    for (const link of meant) {
      const name = `${namespace}/${link.name}`;
      places.set(name, {
        name,
        namespace,
        device: link.name,
        ...(link.mac === undefined ? {} : { mac: link.mac }),
        level: level(link, here),
      });
    }
  }
  if (places.size === 0) {
    throw new Failure('usage', `there is no device but lo in ${namespaces.join(', ')}`, [
      `lo has to be named: ${namespaces[0]}/lo`,
    ]);
  }
  if (places.size > MOST_PLACES) throw tooMany(places.size);
  const all = [...links.values()].flat();
  return {
    places: [...places.values()],
    vxlanPorts: all.flatMap(({ vxlan }) => vxlan?.port ?? []),
  };
}

function parseLinks(text: string): ObservedLink[] {
  return text.trim() === '' ? [] : (JSON.parse(text) as Parameters<typeof parseLink>[0][]).map(parseLink);
}

function deviceLike(word: string, namespace: string, links: readonly ObservedLink[]): ObservedLink {
  const names = links.map((link) => link.name);
  const exact = links.find((link) => link.name === word);
  const fits = exact ? [word] : namesLike(word, names);
  const only = links.find((link) => fits.length === 1 && link.name === fits[0]);
  if (only) return only;
  if (fits.length > 1)
    throw new Failure(
      'usage',
      `${JSON.stringify(word)} is ambiguous in ${namespace}: it may be ${fits.join(', ')}`,
    );
  const near = nearestFew(word, names);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  throw new Failure('usage', `${namespace} has no device ${JSON.stringify(word)}${meant}`, [
    `Its devices are: ${names.join(', ')}`,
  ]);
}

/** A frame that a bridge takes from its port, or a VXLAN device out of a packet, keeps the stamp that it had below. */
function level(link: ObservedLink, links: readonly ObservedLink[]): number {
  const below = links.filter(({ master, name }) => master === link.name || name === link.vxlan?.dev);
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((one) => level(one, links)));
}

function tooMany(count: number): Failure {
  return new Failure(
    'usage',
    `that would be ${count} devices, and at most ${MOST_PLACES} are captured on at once`,
    ['Name the nodes and pods that matter, or single devices: node1/eth0'],
  );
}
