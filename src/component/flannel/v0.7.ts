import type { Flannel, Lease, Node } from '../../model/cluster.ts';
import { emptyNamespace, type NamespaceState } from '../../kernel/state.ts';
import { addFdb, addVtep, vxlanDevice } from './vxlan-device.ts';

/**
 * What flanneld v0.7 with the vxlan backend wants on one node (flannel-io/flannel v0.7.1, backend/vxlan/{vxlan,network,device}.go and
 * network/ipmasq.go): one route for the whole pod network, one FDB entry per remote lease, and no neighbour entries: the kernel asks for those
 * one by one (app_solicit), and the agent answers (`missAnswer`).
 */
export function flannelStateV07(
  node: Node,
  own: Lease,
  remotes: readonly Lease[],
  flannel: Flannel,
): NamespaceState {
  const state = emptyNamespace(node.name, 'node');
  const dev = vxlanDevice(flannel);
  addVtep(state, node, own, flannel);
  state.sysctls.push({
    name: `net/ipv4/neigh/${dev}/app_solicit`,
    value: '3',
    owner: 'flannel',
    why: `who has a remote pod's address is asked of flanneld by netlink, not of the network by ARP`,
  });
  state.routes.push({
    to: flannel.network,
    dev,
    owner: 'flannel',
    why: `Network of net-conf.json: every pod of another node is behind ${dev}`,
  });
  for (const remote of remotes) {
    addFdb(state, remote, flannel);
    state.answers.push({
      dev,
      subnet: remote.subnet,
      lladdr: remote.vtepMAC,
      owner: 'flannel',
      why: `lease ${remote.subnet} of ${remote.node}: VtepMAC ${remote.vtepMAC}`,
    });
  }
  if (flannel.ipMasq) state.iptables.push(...masqueradeRulesV07(flannel.network));
  return state;
}

/** `--ip-masq` of v0.7: three rules appended to POSTROUTING, without comments or chains of its own. */
function masqueradeRulesV07(network: string): NamespaceState['iptables'] {
  const rules: [rule: string, why: string][] = [
    [`-s ${network} -d ${network} -j RETURN`, 'pod to pod: the source stays as it is'],
    [
      `-s ${network} ! -d 224.0.0.0/4 -j MASQUERADE`,
      'pod to elsewhere: leaves as the node, or nobody could answer; multicast is left alone',
    ],
    [
      `! -s ${network} -d ${network} -j MASQUERADE`,
      'elsewhere to a pod: enters as the node, so that the answer comes back here',
    ],
  ];
  return rules.map(([rule, why]) => ({ table: 'nat', chain: 'POSTROUTING', rule, owner: 'flannel', why }));
}
