import type { KernelState, NamespaceState, Reason } from '../kernel/state.ts';
import { picture } from './picture.ts';
import { rowSteps } from './rows.ts';
import { joined, type Part, type Section, type Step } from './section.ts';

type Owner = Reason['owner'];

/** In the order in which a person would build: first the machines and their cables, then what runs on them. */
const SECTIONS: { owners: Owner[]; title: string; idea: string }[] = [
  {
    owners: ['underlay'],
    title: 'The underlay',
    idea: 'The machines and the physical network between them: a segment is a bridge in a namespace of its own, a cable is a veth pair.',
  },
  {
    owners: ['docker', 'cni'],
    title: 'The pods',
    idea: "On each node a bridge, whose address is its pods' gateway, and for each pod a namespace and a veth pair to that bridge.",
  },
  {
    owners: ['flannel'],
    title: 'flannel',
    idea: "The pods of other nodes are behind a VXLAN device, which packs their frames into UDP between the nodes' own addresses.",
  },
  { owners: ['lab'], title: 'The rest', idea: 'What this lab wants besides.' },
];

/** What a lab wants in the kernel, as steps in the order in which a person would take them. Pure. */
export function sections(state: KernelState): Section[] {
  const ofNode = podsByNode(state);
  return SECTIONS.flatMap(({ owners, title, idea }) => {
    const isOwn = (owner: Owner) => owners.includes(owner);
    const withPods = isOwn('docker');
    const parts = state.namespaces
      .filter(({ role }) => role !== 'pod')
      .flatMap((machine) => {
        const pods = withPods ? (ofNode.get(machine.name) ?? []) : [];
        const begin = isOwn('underlay') ? [namespaceStep(machine)] : [];
        return [
          ...part(state, machine, owners, begin),
          ...pods.flatMap((pod) => part(state, pod, owners, [namespaceStep(pod)])),
        ];
      });
    return parts.length === 0 ? [] : [{ title, idea, drawing: picture(state, isOwn), parts }];
  });
}

function part(state: KernelState, namespace: NamespaceState, owners: Owner[], begin: Step[]): Part[] {
  const steps = [...begin, ...rowSteps(state, namespace, (owner) => owners.includes(owner))];
  const { links, addresses, routes, sysctls, iptables } = namespace;
  const owner = [...links, ...addresses, ...routes, ...sysctls, ...iptables]
    .map((row) => row.owner)
    .find((one) => owners.includes(one));
  return steps.length === 0
    ? []
    : [{ namespace: namespace.name, owner: owner ?? (owners[0] as Owner), steps: joined(steps) }];
}

function namespaceStep({ name, role }: NamespaceState): Step {
  return {
    why: role === 'segment' ? `a place for the switch` : `a ${role} is a network namespace`,
    commands: [
      ['ip', 'netns', 'add', name],
      ['ip', '-n', name, 'link', 'set', 'lo', 'up'],
    ],
  };
}

/** Pods by the node that their cable leads to. */
function podsByNode({ namespaces }: KernelState): Map<string, NamespaceState[]> {
  const nodes = new Map<string, NamespaceState[]>();
  for (const namespace of namespaces) {
    const node =
      namespace.role === 'pod' ? namespace.links.find(({ peer }) => peer)?.peer?.namespace : undefined;
    if (node !== undefined) nodes.set(node, [...(nodes.get(node) ?? []), namespace]);
  }
  return nodes;
}
