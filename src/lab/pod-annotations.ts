import * as z from 'zod/mini';
import { macProblem, normalMAC } from '../model/mac.ts';
import { deviceNameProblem } from '../model/names.ts';
import type { PodSource } from './manifest.ts';
import { mapping, text } from './schema-scalar.ts';
import { validated } from './validate.ts';

const prefix = 'wirelab/';

const index = text('an interface index from 2 up in quotes, e.g. "3"', wholeProblem(2, 0x7fffffff));
/** Lower ones are those of the node's own devices. */
const hostIndex = text('an interface index from 10 up in quotes, e.g. "49"', wholeProblem(10, 0x7fffffff));
const mac = text('a unicast MAC, e.g. aa:58:d6:99:75:ce', macProblem);

const annotationSchema = mapping('the wirelab annotations', {
  'wirelab/host-veth': z.exactOptional(
    text('the name of a network device, e.g. veth47097500', deviceNameProblem),
  ),
  'wirelab/host-veth-mac': z.exactOptional(mac),
  'wirelab/host-veth-index': z.exactOptional(hostIndex),
  'wirelab/mac': z.exactOptional(mac),
  'wirelab/index': z.exactOptional(index),
  'wirelab/mtu': z.exactOptional(
    text('an MTU from 68 to 65535 in quotes, e.g. "1500"', wholeProblem(68, 65535)),
  ),
});

/** What a pod asks for in annotations of ours: the ends of its veth pair as they were on a real cluster. */
export interface PodWishes {
  hostVeth?: string;
  hostVethMAC?: string;
  hostVethIndex?: number;
  mac?: string;
  index?: number;
  mtu?: number;
}

/** The path of an annotation below the pod's own. */
export function annotationPath(name: string): string[] {
  return ['metadata', 'annotations', `${prefix}${name}`];
}

export function podWishes({ document, path, pod }: PodSource): PodWishes {
  const own = Object.entries(pod?.metadata.annotations ?? {}).filter(([key]) => key.startsWith(prefix));
  if (own.length === 0) return {};
  const part = { document, path: [...path, 'metadata', 'annotations'], value: Object.fromEntries(own) };
  const asked = validated(annotationSchema, part);
  if (asked === undefined) return {};
  const wishes: PodWishes = {};
  if (asked['wirelab/host-veth'] !== undefined) wishes.hostVeth = asked['wirelab/host-veth'];
  if (asked['wirelab/host-veth-mac'] !== undefined)
    wishes.hostVethMAC = normalMAC(asked['wirelab/host-veth-mac']);
  if (asked['wirelab/host-veth-index'] !== undefined)
    wishes.hostVethIndex = Number(asked['wirelab/host-veth-index']);
  if (asked['wirelab/mac'] !== undefined) wishes.mac = normalMAC(asked['wirelab/mac']);
  if (asked['wirelab/index'] !== undefined) wishes.index = Number(asked['wirelab/index']);
  if (asked['wirelab/mtu'] !== undefined) wishes.mtu = Number(asked['wirelab/mtu']);
  return wishes;
}

function wholeProblem(least: number, most: number): (value: string) => string | undefined {
  return (value) =>
    /^[1-9]\d{0,9}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : 'this is no such number';
}
