import { leases } from '../component/flannel/lease.ts';
import { vxlanDevice } from '../component/flannel/vxlan-device.ts';
import type { Lab } from '../lab/lab.ts';
import type { Lease } from '../model/cluster.ts';

/** What the agent is told when it starts, as JSON in CONFIG_FILE: which nodes it serves, and the leases of the others. */
export interface AgentConfig {
  /** The VTEP device, e.g. `flannel.1`. */
  dev: string;
  nodes: { name: string; remotes: Lease[] }[];
}

/** Paths inside the sandbox. */
export const CONFIG_FILE = '/run/wirelab/agent/config.json';
export const readyFile = (node: string): string => `/run/wirelab/agent/${node}.ready`;
export const logFile = (node: string): string => `/var/log/flanneld.${node}.log`;

/** The agent of a lab, if it has one: flannel v0.7 answers the kernel's misses, today's flannel has nothing to do per packet. */
export function agentConfig(lab: Lab): AgentConfig | undefined {
  const { flannel } = lab.cluster;
  if (flannel?.era !== 'v0.7') return undefined;
  const all = leases(lab.cluster);
  return {
    dev: vxlanDevice(flannel),
    nodes: all.map((own) => ({ name: own.node, remotes: all.filter((lease) => lease !== own) })),
  };
}
