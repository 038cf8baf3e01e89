import type { Flannel, Lease, Node } from '../../model/cluster.ts';
import { emptyNamespace, type NamespaceState } from '../../kernel/state.ts';
import { vtepAddress } from './lease.ts';
import { addFdb, addVtep, vxlanDevice } from './vxlan-device.ts';

/**
 * What today's flanneld with the vxlan backend wants on one node (pkg/backend/vxlan/vxlan_network.go, pkg/trafficmngr/iptables/iptables.go):
 * for each remote lease a permanent neighbour, an FDB entry and an onlink route through the remote VTEP's own address. Nothing is asked on
 * demand, so there is no agent at work per packet; the cost is three rows per remote node.
 */
export function flannelStateCurrent(
  node: Node,
  own: Lease,
  remotes: readonly Lease[],
  flannel: Flannel,
): NamespaceState {
  const state = emptyNamespace(node.name, 'node');
  const dev = vxlanDevice(flannel);
  addVtep(state, node, own, flannel);
  state.sysctls.push({
    name: `net/ipv6/conf/${dev}/accept_ra`,
    value: '0',
    owner: 'flannel',
    why: 'no router advertisements through the tunnel',
  });
  for (const remote of remotes) {
    state.neighbours.push({
      dev,
      address: vtepAddress(remote),
      lladdr: remote.vtepMAC,
      state: 'permanent',
      owner: 'flannel',
      why: `lease ${remote.subnet} of ${remote.node}: its VTEP's MAC`,
    });
    addFdb(state, remote, flannel);
    state.routes.push({
      to: remote.subnet,
      via: vtepAddress(remote),
      dev,
      onlink: true,
      owner: 'flannel',
      why: `lease ${remote.subnet} of ${remote.node}: its pods are behind its VTEP ${vtepAddress(remote)}`,
    });
  }
  if (flannel.ipMasq) state.iptables.push(...masqueradeRules(flannel.network, own.subnet));
  state.iptables.push(...forwardRules(flannel.network));
  return state;
}

/**
 * POSTROUTING ─▶ FLANNEL-POSTRTG ─┬─ marked by kube-proxy ......... RETURN
 *                                 ├─ own pods ◀─▶ pods ........... RETURN
 *                                 ├─ elsewhere ─▶ own pods ....... RETURN
 *                                 ├─ pods ─▶ elsewhere ........... MASQUERADE
 *                                 └─ elsewhere ─▶ remote pods .... MASQUERADE
 */
function masqueradeRules(network: string, subnet: string): NamespaceState['iptables'] {
  const comment = '-m comment --comment "flanneld masq"';
  const chain = 'FLANNEL-POSTRTG';
  const rules: [chain: string, rule: string, why: string][] = [
    ['POSTROUTING', `${comment} -j ${chain}`, 'flannel keeps its rules in a chain of its own'],
    [chain, `-m mark --mark 0x4000/0x4000 ${comment} -j RETURN`, 'kube-proxy masquerades what it has marked'],
    [chain, `-s ${subnet} -d ${network} ${comment} -j RETURN`, 'own pod to pod: the source stays as it is'],
    [chain, `-s ${network} -d ${subnet} ${comment} -j RETURN`, 'pod to own pod: the source stays as it is'],
    [
      chain,
      `! -s ${network} -d ${subnet} ${comment} -j RETURN`,
      'elsewhere to own pod: the answer comes back here anyway',
    ],
    [
      chain,
      `-s ${network} ! -d 224.0.0.0/4 ${comment} -j MASQUERADE --random-fully`,
      'pod to elsewhere: leaves as the node',
    ],
    [
      chain,
      `! -s ${network} -d ${network} ${comment} -j MASQUERADE --random-fully`,
      'elsewhere to a remote pod: enters as the node',
    ],
  ];
  return rules.map(([inChain, rule, why]) => ({ table: 'nat', chain: inChain, rule, owner: 'flannel', why }));
}

function forwardRules(network: string): NamespaceState['iptables'] {
  const comment = '-m comment --comment "flanneld forward"';
  const chain = 'FLANNEL-FWD';
  const rules: [chain: string, rule: string, why: string][] = [
    ['FORWARD', `${comment} -j ${chain}`, 'flannel keeps its rules in a chain of its own'],
    [
      chain,
      `-s ${network} ${comment} -j ACCEPT`,
      'pods may send, also where Docker made FORWARD drop by default',
    ],
    [chain, `-d ${network} ${comment} -j ACCEPT`, 'pods may receive'],
  ];
  return rules.map(([inChain, rule, why]) => ({
    table: 'filter',
    chain: inChain,
    rule,
    owner: 'flannel',
    why,
  }));
}
