import { addressOf, compareCidrs, contains, networkOf, nthAddress, prefixLengthOf } from '../model/cidr.ts';
import type { Flannel } from '../model/cluster.ts';
import type { FlannelEntry } from './schema-cluster.ts';
import { netConfSchema } from './schema-cluster.ts';
import { found } from './validate.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

type Json = Record<string, unknown>;

const path = ['cluster', 'flannel', 'config'] as const;

/**
 * The document's value with the keys of net-conf.json in Go's own spelling: encoding/json, with which flannel reads them, does not care about
 * case (`Directrouting` in many a tutorial is DirectRouting).
 */
export function canonicalNetConf(document: YamlDocument): unknown {
  const root = document.value;
  const config = path.reduce<unknown>((value, key) => (isMapping(value) ? value[key] : undefined), root);
  if (!isMapping(root) || !isMapping(config)) return root;
  const canonical = respelt(config, Object.keys(netConfSchema.shape), document, path);
  if (isMapping(canonical['Backend'])) {
    const keys = Object.keys(netConfSchema.shape.Backend.shape);
    canonical['Backend'] = respelt(canonical['Backend'], keys, document, [...path, 'Backend']);
  }
  const cluster = root['cluster'] as Json;
  const flannel = cluster['flannel'] as Json;
  return { ...root, cluster: { ...cluster, flannel: { ...flannel, config: canonical } } };
}

function respelt(mapping: Json, known: string[], document: YamlDocument, at: Path): Json {
  const canonical: Json = {};
  for (const [key, value] of Object.entries(mapping)) {
    const name = known.find((candidate) => candidate.toLowerCase() === key.toLowerCase()) ?? key;
    if (Object.hasOwn(canonical, name))
      document.reportKey(
        [...at, key],
        `found ${found(key)}, which is ${name} a second time; case does not matter here`,
      );
    canonical[name] = value;
  }
  return canonical;
}

function isMapping(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface NetConf extends Flannel {
  /** Prefix length of each node's share. */
  subnetLength: number;
  /** The first and last share that may be leased, where the config names them. */
  subnetMin?: string;
  subnetMax?: string;
}

/** What flannel makes of its config (pkg/subnet/config.go, CheckNetworkConfig), in its own words where it refuses. */
export function netConf(entry: FlannelEntry, document: YamlDocument): NetConf | undefined {
  const { config } = entry;
  const refuse = (key: string, words: string): undefined =>
    document.report([...path, key], `flannel refuses this: ${words}`) as undefined;
  if (config.Network === undefined)
    return refuse(
      'Network',
      'please define a correct Network parameter in the flannel config; expected Network, e.g. 172.30.0.0/16',
    );
  const { Network: network } = config;
  const length = prefixLengthOf(network);
  if (config.SubnetLen === undefined && length > 28)
    return refuse('Network', `network is too small. Minimum useful network prefix is /28; found /${length}`);
  const subnetLength = config.SubnetLen ?? (length <= 22 ? 24 : length + 2);
  if (subnetLength > 30) return refuse('SubnetLen', `SubnetLen must be less than /31; found ${subnetLength}`);
  if (subnetLength < length + 2)
    return refuse(
      'SubnetLen',
      `network must be able to accommodate at least four subnets; found ${subnetLength} with a Network of /${length}, expected at least ${length + 2}`,
    );
  const limits: Pick<NetConf, 'subnetMin' | 'subnetMax'> = {};
  for (const [key, name] of [
    ['SubnetMin', 'subnetMin'],
    ['SubnetMax', 'subnetMax'],
  ] as const) {
    const limit = config[key];
    if (limit === undefined) continue;
    const problem = limitProblem(key, `${limit}/${subnetLength}`, network);
    if (problem !== undefined) return refuse(key, problem);
    limits[name] = limit;
  }
  const { VNI: vni = 1, Port: port = 0 } = config.Backend;
  return {
    era: entry.era ?? 'current',
    ipMasq: entry.ipMasq ?? true,
    network,
    backend: { type: 'vxlan', vni, port: port === 0 ? 8472 : port },
    subnetLength,
    ...limits,
  };
}

function limitProblem(key: 'SubnetMin' | 'SubnetMax', subnet: string, network: string): string | undefined {
  if (!contains(network, addressOf(subnet)))
    return `${key} is not in the range of the Network; found ${addressOf(subnet)}, the Network is ${network}`;
  if (networkOf(subnet) !== subnet)
    return `${key} is not on a SubnetLen boundary: ${addressOf(subnet)}; the nearest below is ${addressOf(networkOf(subnet))}`;
  return undefined;
}

/** Why flannel would not lease this subnet to a node. */
export function leaseProblem(subnet: string, conf: NetConf): string | undefined {
  const { network, subnetLength, subnetMin, subnetMax } = conf;
  if (!contains(network, subnet))
    return `it is outside flannel's Network ${network}; expected a part of it, e.g. ${example(conf)}`;
  if (prefixLengthOf(subnet) !== subnetLength)
    return `its prefix length is ${prefixLengthOf(subnet)}; expected flannel's SubnetLen, ${subnetLength}`;
  const size = (limit: string): string => `${limit}/${subnetLength}`;
  if (subnetMin !== undefined && compareCidrs(subnet, size(subnetMin)) < 0)
    return `it is below SubnetMin; expected ${size(subnetMin)} or above`;
  if (subnetMax !== undefined && compareCidrs(subnet, size(subnetMax)) > 0)
    return `it is above SubnetMax; expected ${size(subnetMax)} or below`;
  return undefined;
}

/** The second share, which is the first that flannel itself leases. */
function example({ network, subnetLength }: NetConf): string {
  return `${nthAddress(network, 2 ** (32 - subnetLength))}/${subnetLength}`;
}
