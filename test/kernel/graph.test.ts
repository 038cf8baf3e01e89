import { beforeAll, describe, expect, test } from 'vitest';
import type { Device, Picture } from '../../src/graph/picture.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

/** As much of `ip -json -details address show` as a picture shows. */
interface IpLink {
  ifname: string;
  address: string;
  mtu: number;
  master?: string;
  linkinfo?: { info_kind?: string; info_data?: { id?: number; port?: number; link?: string } };
  addr_info: { family: string; local: string; prefixlen: number }[];
}

const kinds: Record<Device['type'], string> = { ethernet: 'veth', tunnel: 'vxlan', bridge: 'bridge' };

describe.skipIf(process.getuid?.() !== 0)('the picture of a lab', () => {
  let host: PlayedHost;
  beforeAll(async () => {
    host = await playedHost();
    return () => host[Symbol.asyncDispose]();
  });

  const devicesIn = async (place: string): Promise<IpLink[]> => {
    const command = ['exec', 'flannel-vxlan', place, '--', 'ip', '-json', '-details', 'address', 'show'];
    const links = JSON.parse(await good(host, command)) as IpLink[];
    return links.filter(({ ifname }) => ifname !== 'lo');
  };
  const asDrawn = (link: IpLink): unknown => ({
    name: link.ifname,
    mac: link.address,
    mtu: link.mtu,
    kind: link.linkinfo?.info_kind,
    addresses: link.addr_info
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    ...(link.linkinfo?.info_data?.id === undefined
      ? {}
      : {
          words: `VXLAN VNI ${link.linkinfo.info_data.id}, UDP ${link.linkinfo.info_data.port}`,
          over: link.linkinfo.info_data.link,
        }),
  });
  const drawn = ({ name, mac, mtu, type, addresses, encapsulation }: Device): unknown => ({
    name,
    mac,
    mtu,
    kind: kinds[type],
    addresses,
    ...(encapsulation ? { words: encapsulation.words, over: encapsulation.over } : {}),
  });

  test('is what the kernel has: every device with its MAC, MTU and addresses, every port of every bridge', async () => {
    const picture = JSON.parse(await good(host, ['graph', 'flannel-vxlan', '--json'])) as Picture;
    await good(host, ['up', 'flannel-vxlan']);
    for (const { name, devices } of picture.machines) {
      const links = await devicesIn(name);
      const byName = (one: { name?: string }, other: { name?: string }): number =>
        (one.name ?? '').localeCompare(other.name ?? '');
      const ports = links.filter(({ master }) => master !== undefined);
      const others = links.filter(({ master }) => master === undefined);
      expect(devices.toSorted(byName).map(drawn), name).toEqual(
        others.map((link) => asDrawn(link) as { name: string }).toSorted(byName),
      );
      expect(ports.map((port) => `${port.master} ${port.ifname}`).toSorted(), name).toEqual(
        picture.wires
          .filter(({ bridge }) => bridge.place === name)
          .map(({ bridge }) => `${bridge.name} ${bridge.port}`)
          .toSorted(),
      );
    }
    for (const { name, device } of picture.pods)
      expect((await devicesIn(name)).map(asDrawn), name).toEqual([drawn(device)]);
    for (const { bridge, far } of picture.wires) {
      // Both ends of a veth pair name the namespace and number of the other.
      const words = await good(host, [
        'exec',
        'flannel-vxlan',
        far.place,
        '--',
        'ip',
        'link',
        'show',
        far.device,
      ]);
      expect(words, far.place).toContain(`link-netns ${bridge.place}`);
    }
  });

  test('is the same for everybody, whether the lab runs or not, and starts nothing', async () => {
    for (const format of ['text', 'mermaid', 'dot', 'svg']) {
      const up = await good(host, ['graph', 'flannel-vxlan', '--format', format]);
      for (const user of ['student', 'guest'] as const)
        expect(await good(host, ['graph', 'flannel-vxlan', '--format', format], { user })).toBe(up);
    }
    expect(await statusOf(host, { user: 'student' })).toEqual([]);
    expect(await statusOf(host)).toMatchObject([{ name: 'flannel-vxlan', state: 'up' }]);
    const running = await good(host, ['graph', 'flannel-vxlan']);
    await good(host, ['down', 'flannel-vxlan']);
    expect(await good(host, ['graph', 'flannel-vxlan'])).toBe(running);
  });
});
