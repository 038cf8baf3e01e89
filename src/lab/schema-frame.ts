import { addressProblem } from '../model/cidr.ts';
import { macProblem, normalMAC } from '../model/mac.ts';
import * as z from 'zod/mini';
import { mapping, mtu, optional, port, text, vni, wholeNumber, yesOrNo } from './schema-scalar.ts';

/** What a frame must look like: the words of src/packet/expectation.ts, checked. */

const addresses = direction('addresses, e.g. 172.30.76.7 > 172.30.9.2', (side) => addressProblem(side));
const macs = direction('MACs, e.g. 8a:22:81:5e:d8:b7 > *', macProblem);
const ports = direction('ports, e.g. * > 50051', (side) =>
  /^\d{1,5}$/.test(side) && Number(side) <= 65535 ? undefined : 'this is no port',
);

export const frameSchema = mapping('a frame', {
  ip: optional(addresses, 'source > destination of a frame that is not encapsulated; either may be *.'),
  outer: optional(addresses, 'source > destination of the outer IP header of an encapsulated frame.'),
  inner: optional(addresses, 'source > destination of the inner IP header.'),
  vxlan: optional(
    mapping('a VXLAN header', {
      vni: optional(vni, 'VXLAN network identifier.'),
      port: optional(port, 'UDP destination port of the outer header.'),
    }),
    'The encapsulation.',
  ),
  ether: optional(macs, 'source > destination of the outermost Ethernet header.'),
  outerEther: optional(macs, 'source > destination of the outer Ethernet header of an encapsulated frame.'),
  innerEther: optional(macs, 'source > destination of the inner Ethernet header.'),
  icmp: optional(
    z.enum(
      [
        'echo-request',
        'echo-reply',
        'frag-needed',
        'net-unreachable',
        'host-unreachable',
        'port-unreachable',
        'time-exceeded',
      ],
      { error: 'a kind of ICMP message' },
    ),
    'The ICMP message.',
  ),
  mtu: optional(mtu, 'Next-hop MTU in a frag-needed message.'),
  arp: optional(text('who-has ADDRESS or is-at MAC', arpProblem), '`who-has ADDRESS` or `is-at MAC`.'),
  udp: optional(ports, 'sourcePort > destinationPort; either may be *.'),
  tcp: optional(ports, 'sourcePort > destinationPort; either may be *.'),
  ttl: optional(wholeNumber(0, 255, 'a TTL'), 'Time to live of the innermost IP header that is spoken of.'),
  df: optional(yesOrNo, "The don't-fragment bit."),
  length: optional(wholeNumber(20, 65535, 'a length in bytes'), 'Total Length of the outermost IP packet.'),
  direction: optional(z.enum(['in', 'out']), 'As seen by the device.'),
});

export type FrameEntry = z.infer<typeof frameSchema>;

const encapsulated = ['outer', 'inner', 'vxlan', 'outerEther', 'innerEther'] as const;
const payloads = ['icmp', 'arp', 'udp', 'tcp'] as const;

/** Keys that cannot hold of one and the same frame: the offending key and why. */
export function frameConflict(frame: FrameEntry): { key: string; problem: string } | undefined {
  const wrapped = encapsulated.find((key) => frame[key] !== undefined);
  if (frame.ip !== undefined && wrapped !== undefined)
    return {
      key: 'ip',
      problem: `found ip beside ${wrapped}; expected outer or inner, as ip is for frames that are not encapsulated`,
    };
  const [first, second] = payloads.filter((key) => frame[key] !== undefined);
  if (first !== undefined && second !== undefined)
    return {
      key: second,
      problem: `found ${second} beside ${first}; expected one of ${payloads.join(', ')}, as a frame carries only one`,
    };
  return undefined;
}

/** MACs in lower case, as captured frames have them. */
export function normalFrame(frame: FrameEntry): FrameEntry {
  const normal = { ...frame };
  for (const key of ['ether', 'outerEther', 'innerEther', 'arp'] as const)
    if (normal[key] !== undefined) normal[key] = normalMAC(normal[key]);
  return normal;
}

function direction(sides: string, problemOf: (side: string) => string | undefined): z.ZodMiniString {
  return text(`source > destination with * or ${sides}`, (value) => {
    const [source, destination, ...rest] = value.split('>').map((side) => side.trim());
    if (source === undefined || destination === undefined || rest.length > 0)
      return 'there is not exactly one >';
    for (const [name, side] of Object.entries({ source, destination })) {
      const problem = side === '*' ? undefined : problemOf(side);
      if (problem !== undefined) return `of the ${name}, ${problem}`;
    }
    return undefined;
  });
}

function arpProblem(value: string): string | undefined {
  const [operation, subject = '', ...rest] = value.split(' ');
  if (rest.length > 0) return 'it has more than two words';
  if (operation === 'who-has') return addressProblem(subject);
  return operation === 'is-at' ? macProblem(subject) : 'it begins with neither who-has nor is-at';
}
