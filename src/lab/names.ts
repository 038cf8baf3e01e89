import type { Cluster } from '../model/cluster.ts';
import { nearestFew } from '../model/names.ts';
import type { Words } from './problem.ts';
import { found } from './validate.ts';

export type Kind = 'node' | 'router' | 'host' | 'segment' | 'pod';

/** Every network namespace of a lab: what it is, and the devices that are known to be in it. */
export interface Names {
  kinds: Map<string, Kind>;
  /** Absent for a segment, whose bridge ports are its own business. */
  devices: Map<string, Set<string>>;
  /** Names that exist but whose entries are wrong, so nothing is known of them. */
  doubtful: Set<string>;
  /** Whether a name that is in neither does not exist. */
  areComplete: boolean;
}

/** The namespaces of a cluster; `own` are the devices that each node has besides its pods' veths. */
export function namesOf(
  cluster: Cluster,
  own: string[],
  unsure: Pick<Names, 'doubtful' | 'areComplete'>,
): Names {
  const kinds = new Map<string, Kind>();
  const devices = new Map<string, Set<string>>();
  const add = (name: string, kind: Kind, names: string[]): void => {
    kinds.set(name, kind);
    devices.set(name, new Set(['lo', ...names]));
  };
  for (const { name } of cluster.nodes) add(name, 'node', own);
  for (const { name, addresses } of cluster.routers)
    add(
      name,
      'router',
      addresses.map((_, index) => `eth${index}`),
    );
  for (const { name } of cluster.hosts) add(name, 'host', ['eth0']);
  for (const { name } of cluster.segments) kinds.set(name, 'segment');
  for (const { netns, node, hostVeth } of cluster.pods) {
    add(netns, 'pod', ['eth0']);
    devices.get(node)?.add(hostVeth.name);
  }
  return { kinds, devices, ...unsure };
}

/** Why this cannot be the name of a namespace of these kinds; undefined when it is one, or when that cannot be known. */
export function nameProblem(name: string, names: Names, kinds: readonly Kind[]): Words | undefined {
  const kind = names.kinds.get(name);
  if (kind !== undefined && kinds.includes(kind)) return undefined;
  const wanted = `expected a ${kinds.join(', ').replace(/, (\w+)$/, ' or $1')}`;
  if (kind !== undefined) return `found ${found(name)}, which is a ${kind}; ${wanted}`;
  if (names.doubtful.has(name) || !names.areComplete) return undefined;
  return () => {
    const candidates = [...names.kinds]
      .filter(([, other]) => kinds.includes(other))
      .map(([candidate]) => candidate);
    const near = nearestFew(name, candidates);
    const isPodless = kinds.includes('pod') && ![...names.kinds.values()].includes('pod');
    const advice =
      near.length > 0 ? `; did you mean ${near.join(' or ')}?` : isPodless ? '; there are no pods here' : '';
    return `found the unknown name ${found(name)}; ${wanted}${advice}`;
  };
}

/** Why a namespace has no such device to capture on. */
export function deviceProblem(name: string, dev: string, names: Names): Words | undefined {
  const devices = names.devices.get(name);
  if (devices === undefined || devices.has(dev) || !names.areComplete) return undefined;
  return () => {
    const near = nearestFew(dev, devices, 1)[0];
    const some = [...devices].slice(0, 8).join(', ');
    const advice = near === undefined ? '' : `; did you mean ${near}?`;
    return `found the device ${found(dev)}, which ${name} has not; expected one of ${some}${devices.size > 8 ? ' ...' : ''}${advice}`;
  };
}
