import type * as z from 'zod/mini';
import { checkSchema, type CheckEntry } from './schema-check.ts';
import {
  bridgeSchema,
  flannelSchema,
  hostSchema,
  nodeSchema,
  routerSchema,
  segmentSchema,
  type BridgeEntry,
  type FlannelEntry,
  type HostEntry,
  type NodeEntry,
  type RouterEntry,
  type SegmentEntry,
} from './schema-cluster.ts';
import { canonicalNetConf } from './net-conf.ts';
import { shortName } from './schema-scalar.ts';
import { labSchema, manifestName, type LabEntry } from './schema.ts';
import { fitting, validated } from './validate.ts';
import type { YamlDocument } from './yaml-document.ts';

/** A list whose entries keep their positions; one that does not fit its schema is undefined, and has been reported. */
export type Entries<T> = (T | undefined)[];

/**
 * What of a lab file fits the schema. After a slip in one node the other nodes, the pods and the checks are still looked at,
 * so that all that is wrong with a file can be said at once.
 */
export interface LabParts {
  head: Pick<LabEntry, 'name' | 'summary' | 'requires'> | undefined;
  nodes: Entries<NodeEntry>;
  routers: Entries<RouterEntry>;
  hosts: Entries<HostEntry>;
  segments: Entries<SegmentEntry>;
  bridge?: BridgeEntry;
  flannel?: FlannelEntry;
  manifests: Entries<string>;
  checks: Entries<CheckEntry>;
  /** Names in entries that do not fit. */
  doubtful: string[];
  /** Every name is known or doubtful, so a name that is neither does not exist. */
  namesAreComplete: boolean;
  /** Nodes whose podCIDR has been reported: where their pods should be cannot be said. */
  doubtfulShares: Set<string>;
  /** There is a flannel part that does not fit. */
  flannelIsDoubtful: boolean;
}

export function labParts(document: YamlDocument): LabParts {
  const value = canonicalNetConf(document);
  const lab = validated(labSchema, { document, path: [], value });
  return lab === undefined ? salvaged(value) : wholeParts(lab);
}

function wholeParts(lab: LabEntry): LabParts {
  const { cluster } = lab;
  return {
    head: lab,
    nodes: cluster.nodes,
    routers: cluster.routers ?? [],
    hosts: cluster.hosts ?? [],
    segments: cluster.segments ?? [],
    ...(cluster.bridge === undefined ? {} : { bridge: cluster.bridge }),
    ...(cluster.flannel === undefined ? {} : { flannel: cluster.flannel }),
    manifests: lab.manifests ?? [],
    checks: lab.checks ?? [],
    doubtful: [],
    doubtfulShares: new Set(),
    namesAreComplete: true,
    flannelIsDoubtful: false,
  };
}

function salvaged(value: unknown): LabParts {
  const cluster = member(value, 'cluster');
  const rest: Pick<LabParts, 'doubtful' | 'namesAreComplete'> = {
    doubtful: [],
    namesAreComplete: Array.isArray(member(cluster, 'nodes')),
  };
  const entries = <S extends z.ZodMiniType>(schema: S, list: unknown): Entries<z.infer<S>> => {
    if (!Array.isArray(list)) {
      if (list !== undefined) rest.namesAreComplete = false;
      return [];
    }
    return list.map((entry: unknown) => {
      const good = fitting(schema, entry);
      const name = member(entry, 'name');
      if (good !== undefined) return good;
      // With a name that is itself wrong, others may well use the right one.
      if (fitting(shortName, name) !== undefined) rest.doubtful.push(String(name));
      else rest.namesAreComplete = false;
      return good;
    });
  };
  const clusterEntries = {
    nodes: entries(nodeSchema, member(cluster, 'nodes')),
    routers: entries(routerSchema, member(cluster, 'routers')),
    hosts: entries(hostSchema, member(cluster, 'hosts')),
    segments: entries(segmentSchema, member(cluster, 'segments')),
    manifests: entries(manifestName, member(value, 'manifests')),
  };
  const bridge = fitting(bridgeSchema, member(cluster, 'bridge'));
  const flannel = fitting(flannelSchema, member(cluster, 'flannel'));
  const checks = member(value, 'checks');
  return {
    head: undefined,
    ...clusterEntries,
    ...(bridge === undefined ? {} : { bridge }),
    ...(flannel === undefined ? {} : { flannel }),
    checks: Array.isArray(checks) ? checks.map((check) => fitting(checkSchema, check)) : [],
    doubtfulShares: new Set(),
    flannelIsDoubtful: flannel === undefined && member(cluster, 'flannel') !== undefined,
    ...rest,
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
