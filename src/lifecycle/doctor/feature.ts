import { release } from 'node:os';
import { run } from '../../run/command.ts';
import { limited } from '../../run/limit.ts';
import { identityMap } from '../../sandbox/identity-map.ts';
import { asRoot, type Finding } from './finding.ts';
import { moduleState, type ModuleState } from './module.ts';

/** Something that the kernel can do or not, and a command that tries it. */
export interface Feature {
  name: string;
  needed: boolean;
  /** What labs do with it. */
  use: string;
  module?: string;
  argv: string[];
  /** What else the reader should know before following the fix. */
  caution?: string;
  /** What helps against `Permission denied`. */
  denied?: string;
}

const shell = (script: string): string[] => ['sh', '-c', script];
const iptables = (words: string): string[] => ['iptables', '-w', ...words.split(' ')];

export const features: readonly Feature[] = [
  {
    name: 'veth',
    needed: true,
    use: 'joins pods and nodes',
    module: 'veth',
    argv: 'ip link add name probe0 type veth peer name probe1'.split(' '),
  },
  {
    name: 'bridge',
    needed: true,
    use: 'docker0, cni0 and the underlay',
    module: 'bridge',
    argv: 'ip link add name probe0 type bridge'.split(' '),
  },
  {
    name: 'vxlan',
    needed: true,
    use: 'flannel.1',
    module: 'vxlan',
    argv: 'ip link add name probe0 type vxlan id 1 dstport 8472 nolearning'.split(' '),
  },
  {
    name: 'forwarding',
    needed: true,
    use: 'nodes route between pods',
    argv: shell('echo 1 > /proc/sys/net/ipv4/ip_forward'),
  },
  {
    name: 'iptables filter',
    needed: true,
    use: "flannel's forward rules",
    module: 'xt_conntrack',
    argv: iptables('-A FORWARD -m conntrack --ctstate ESTABLISHED -m comment --comment x -j ACCEPT'),
  },
  {
    name: 'iptables nat',
    needed: true,
    use: 'masquerade',
    module: 'xt_MASQUERADE',
    argv: iptables('-t nat -A POSTROUTING -j MASQUERADE'),
  },
  {
    name: 'iptables mark',
    needed: false,
    use: 'rules of kube-proxy',
    module: 'xt_mark',
    argv: iptables('-t nat -A PREROUTING -j MARK --set-xmark 0x4000/0x4000'),
  },
  {
    name: 'overlay',
    needed: true,
    use: 'an /etc of its own for each lab',
    module: 'overlay',
    argv: shell(
      'mkdir /run/upper /run/work && mount -t overlay wirelab -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc',
    ),
  },
  {
    name: 'packet capture',
    needed: true,
    use: 'packet checks',
    module: 'af_packet',
    // AF_PACKET, SOCK_RAW, ETH_P_ALL in network byte order: packet(7)
    argv: ['perl', '-e', 'socket(my $all, 17, 3, 0x0300) or die "no packet socket: $!\\n"'],
  },
  {
    name: 'tun',
    needed: false,
    use: 'devices made by a program',
    module: 'tun',
    argv: 'ip tuntap add dev probe0 mode tun'.split(' '),
    // The mode that systemd gives it: who may open it can do nothing without CAP_NET_ADMIN in a network namespace.
    denied: 'chmod 0666 /dev/net/tun',
  },
  {
    name: 'br_netfilter',
    needed: false,
    use: 'iptables rules for bridged packets',
    module: 'br_netfilter',
    argv: shell('test -e /proc/sys/net/bridge/bridge-nf-call-iptables || { echo not loaded >&2; exit 1; }'),
    caution: "changes how the machine's own bridges filter",
  },
];

/**
 * Tries each feature, by doing it: in a network and a mount namespace of its own, with a /run of its own, gone when the command ends. The kernel may load a
 * module for it, as it does when a lab is built.
 */
export async function featureFindings(): Promise<Finding[]> {
  const user = identityMap() === 'root' ? [] : ['--user', '--map-root-user'];
  const aside = [
    'unshare',
    ...user,
    '--mount',
    '--net',
    ...shell('mount -t tmpfs wirelab /run && exec "$@"'),
    'sh',
  ];
  return limited(2, features, async (feature) => {
    const { exitCode, stderr } = await run([...aside, ...feature.argv], { timeoutMs: 10_000 });
    return featureFinding(feature, { exitCode, stderr }, moduleState);
  });
}

/** Without namespaces nothing can be tried. */
export function untriedFeatures(): Finding[] {
  return features.map(({ name, needed, use }) => ({
    name,
    needed,
    ok: 'unknown',
    detail: `${use}; not tried`,
  }));
}

/** What the outcome of trying a feature means. */
export function featureFinding(
  feature: Feature,
  { exitCode, stderr }: { exitCode: number; stderr: string },
  stateOf: (module: string) => ModuleState,
): Finding {
  const { name, needed, use, argv } = feature;
  if (exitCode === 0) return { name, needed, ok: true, detail: use };
  // env(1) and the shell: the program was not found. It has a finding of its own, with its package.
  if (exitCode === 127)
    return { name, needed, ok: 'unknown', detail: `${use}; not tried without ${argv[0]}` };
  const words = stderr.trim().split('\n')[0] || `exit code ${exitCode}`;
  const fix = featureFix(feature, words, stateOf);
  return { name, needed, ok: false, detail: `${use}; ${words}`, ...(fix === undefined ? {} : { fix }) };
}

function featureFix(
  { module, caution, denied }: Feature,
  words: string,
  stateOf: (module: string) => ModuleState,
): string | undefined {
  if (denied !== undefined && words.includes('Permission denied')) return asRoot(denied);
  if (module === undefined) return undefined;
  switch (stateOf(module)) {
    case 'loadable':
      return `${asRoot(`modprobe ${module}`)}${caution === undefined ? '' : `   (${caution})`}`;
    case 'absent':
      return `another kernel: this one has no module ${module} (Ubuntu keeps some in linux-modules-extra-${release()})`;
    case 'built-in':
      return undefined;
  }
}
