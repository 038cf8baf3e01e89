import type { Flannel, Lease, Node } from '../../model/cluster.ts';
import type { NamespaceState } from '../../kernel/state.ts';
import { vtepAddress } from './lease.ts';

/** Outer IPv4, UDP, VXLAN and inner Ethernet headers: 20 + 8 + 8 + 14. */
export const VXLAN_OVERHEAD_BYTES = 50;

export const vxlanDevice = (flannel: Flannel): string => `flannel.${flannel.backend.vni}`;

/** The VTEP device and its address, the same in every era (flannel backend/vxlan/device.go). */
export function addVtep(state: NamespaceState, node: Node, own: Lease, flannel: Flannel): void {
  const dev = vxlanDevice(flannel);
  state.links.push({
    name: dev,
    type: 'vxlan',
    up: true,
    mtu: node.mtu - VXLAN_OVERHEAD_BYTES,
    mac: own.vtepMAC,
    // flannel's netlink library leaves the queue length at 0, as the documents' ifconfig shows.
    txqueuelen: 0,
    vxlan: {
      vni: flannel.backend.vni,
      port: flannel.backend.port,
      local: own.publicIP,
      dev: 'eth0',
      learning: false,
    },
    owner: 'flannel',
    why: `the VTEP of ${node.name}: lease ${own.subnet}, VNI ${flannel.backend.vni}`,
  });
  state.addresses.push({
    dev,
    address: `${vtepAddress(own)}/32`,
    owner: 'flannel',
    why: `the base of ${node.name}'s lease ${own.subnet}`,
  });
}

/** Frames to a remote VTEP's MAC go to that node's underlay address. */
export function addFdb(state: NamespaceState, remote: Lease, flannel: Flannel): void {
  state.fdb.push({
    dev: vxlanDevice(flannel),
    lladdr: remote.vtepMAC,
    dst: remote.publicIP,
    permanent: true,
    owner: 'flannel',
    why: `lease ${remote.subnet} of ${remote.node}: VtepMAC ${remote.vtepMAC} is at ${remote.publicIP}`,
  });
}
