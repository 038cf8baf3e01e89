import { accepts, asksForMore, parseBpf, type BpfFrame } from '../packet/bpf.ts';
import { frameAndCarried } from '../packet/carried.ts';
import type { Packet } from '../packet/packet.ts';
import { Failure } from '../run/failure.ts';
import { identityMap } from '../sandbox/identity-map.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';

export type FrameFilter = (frame: BpfFrame, packet: Packet) => boolean;

/**
 * A filter in the words of pcap-filter(7), compiled by tcpdump itself. It takes a frame that fits, and (without `outerOnly`) one that carries a
 * fitting frame in VXLAN or packet in IP: so `icmp` follows a pod's ping through the tunnel.
 *
 * tcpdump runs in `namespace`, from where no resolver can be asked for a name. It needs neither a device nor rights for this. Throws Failure:
 * `usage` with tcpdump's own words, `lacking` where there is no tcpdump.
 */
export async function frameFilter(
  session: Session,
  namespace: string,
  expression: string,
  { outerOnly }: { outerOnly: boolean },
): Promise<FrameFilter> {
  const who = identityMap() === 'root' ? 'root' : 'user';
  const enter = ['perl', `${PROGRAM_INSIDE}/enter.pl`, namespace, who];
  const compile = ['tcpdump', '-ddd', '-y', 'EN10MB', '--', expression];
  const { exitCode, stdout, stderr } = await session.run([...enter, ...compile], {
    env: { WIRELAB_ARCH: process.arch },
    timeoutMs: 10_000,
  });
  if (exitCode === 127) {
    throw new Failure('lacking', 'a filter needs tcpdump, which compiles it', [
      'bin/lab doctor says how to get it',
    ]);
  }
  if (exitCode !== 0) {
    const words = stderr.trim().replace(/^tcpdump: /, '') || `tcpdump ended with ${exitCode}`;
    throw new Failure('usage', `the filter ${JSON.stringify(expression)}: ${words}`, [
      'A filter is written as for tcpdump: icmp, arp, host 172.30.9.2, tcp port 80, not port 8472; see pcap-filter(7)',
    ]);
  }
  const program = parseBpf(stdout);
  if (asksForMore(program)) {
    throw new Failure('usage', `the filter ${JSON.stringify(expression)} asks for what is not in a frame`, [
      'Which device it is, a place says: bin/lab capture flannel-vxlan node1/eth0',
    ]);
  }
  return (frame, packet) => {
    if (outerOnly) return accepts(program, frame);
    for (const inside of frameAndCarried(frame, packet)) {
      if (accepts(program, { ...inside, direction: frame.direction })) return true;
    }
    return false;
  };
}
