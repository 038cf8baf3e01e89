import type { LabFiles } from '../../helpers/lab-directory.ts';

/** Three segments, two routers, a host, a node without pods, shares of 62 addresses; names and a summary that a shell would like to read otherwise. */
export function multiSegmentLab(era: 'v0.7' | 'current' | undefined): LabFiles {
  const flannel =
    era === undefined
      ? ''
      : `  flannel: {era: ${era}, config: {Network: 10.244.0.0/16, SubnetLen: 26, Backend: {Type: vxlan, VNI: 7, Port: 4789}}}\n`;
  return {
    'lab.yaml': `name: three-racks
summary: 'A "rack" is $(touch /tmp/no) \`no\` command; it''s a segment'
requires: {binaries: [tcpdump]}
cluster:
  nodes:
    - {name: left, address: 10.1.0.2/24, podCIDR: 10.244.1.0/26, gateway: 10.1.0.1, mtu: 9000}
    - {name: middle, address: 10.2.0.2/24, podCIDR: 10.244.2.0/26, gateway: 10.2.0.1}
    - {name: right, address: 10.3.0.2/24, podCIDR: 10.244.3.0/26, gateway: 10.3.0.1}
  routers:
    - {name: one, addresses: [10.1.0.1/24, 10.2.0.1/24]}
    - {name: a-longish-name, addresses: [10.2.0.254/24, 10.3.0.1/24]}
  hosts:
    - {name: outside, address: 10.3.0.77/24, gateway: none}
  segments:
    - {name: first, cidr: 10.1.0.0/24}
    - {name: second, cidr: 10.2.0.0/24}
    - {name: third, cidr: 10.3.0.0/24}
  bridge: {name: cni-0.x, style: cni, hairpin: true}
${flannel}manifests: [pods.yaml]
checks: []
`,
    'pods.yaml': [
      pod('web', 'default', 'left'),
      pod('web.v2', 'shop', 'middle'),
      pod('db', 'shop', 'middle'),
    ].join('---\n'),
  };
}

const pod = (name: string, namespace: string, node: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}}, spec: {nodeName: ${node}}}\n`;
