import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rendered } from '../../../src/graph/format.ts';
import { labPicture } from '../../../src/graph/lab-picture.ts';
import { networkOf } from '../../../src/model/cidr.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { allSamples, hardLabs, ownLabs, type Sample } from './samples.ts';
import {
  type Area,
  contrast,
  overlap,
  type Path,
  pieces,
  type Rect,
  shapes,
  type Shapes,
  within,
} from './svg-shapes.ts';

interface Drawn {
  lab: Lab;
  svg: string;
}

const already = new Map<Sample, Promise<Drawn>>();

async function drawn(sample: Sample): Promise<Drawn> {
  const known =
    already.get(sample) ??
    sample.lab().then((lab) => ({ lab, svg: rendered(labPicture(lab), 'svg', { unicode: true }) }));
  already.set(sample, known);
  return known;
}

const shown = ({ left, top, right, bottom }: Area): string => `${left},${top} to ${right},${bottom}`;

/** Pairs of boxes that are neither apart nor one well inside the other. */
function clashes({ rects }: Shapes): string[] {
  return rects.flatMap((one, index) =>
    rects
      .slice(index + 1)
      .filter((other) => overlap(one, other) && !within(other, one, 2) && !within(one, other, 2))
      .map((other) => `${shown(one)} and ${shown(other)}`),
  );
}

/** The smallest box around a text's beginning; the background where there is none. */
function around(
  { rects, background }: Shapes,
  text: { left: number; right: number; baseline: number; size: number },
): Rect {
  const [x, y] = [(text.left + text.right) / 2, text.baseline - text.size * 0.3];
  const area = (rect: Rect): number => (rect.right - rect.left) * (rect.bottom - rect.top);
  return rects
    .filter((rect) => x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom)
    .reduce((least, rect) => (area(rect) < area(least) ? rect : least), background);
}

/** Pieces of cables that run through a box at neither of their ends. */
function trespasses({ rects, paths }: Shapes): string[] {
  const touches = (rect: Rect, { corners }: Path): boolean =>
    [corners[0], corners.at(-1)].some(
      (end) =>
        end !== undefined &&
        end.x >= rect.left - 1 &&
        end.x <= rect.right + 1 &&
        end.y >= rect.top - 1 &&
        end.y <= rect.bottom + 1,
    );
  return paths.flatMap((path) => {
    const others = rects.filter((rect) => !touches(rect, path));
    return pieces(path).flatMap((piece) =>
      others.filter((rect) => overlap(piece, rect)).map((rect) => `${shown(piece)} through ${shown(rect)}`),
    );
  });
}

/** Two cables on top of each other for a stretch, so that nobody can tell them apart. */
function coverings({ paths }: Shapes): string[] {
  const all = paths.flatMap((path, index) => pieces(path).map((piece) => ({ piece, index })));
  return all.flatMap(({ piece: one, index }, position) =>
    all.slice(position + 1).flatMap(({ piece: other, index: otherIndex }) => {
      if (index === otherIndex) return [];
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const parallel = (width > 3 && height > -2) || (height > 3 && width > -2);
      const flat = (area: Area): boolean => area.right - area.left < area.bottom - area.top;
      return parallel && flat(one) === flat(other) ? [`${shown(one)} and ${shown(other)}`] : [];
    }),
  );
}

describe.each(allSamples)('the SVG of $name', (sample) => {
  it('has no boxes that overlap, no text outside of its box, and nothing outside of the page', async () => {
    const read = shapes((await drawn(sample)).svg);
    for (const area of [...read.rects, ...read.texts, ...read.paths.flatMap(pieces)])
      expect(within(area, read.view), shown(area)).toBe(true);
    expect(clashes(read)).toEqual([]);
    for (const text of read.texts) {
      const box = around(read, text);
      expect(within(text, box, 1), `${text.text} at ${shown(text)} in ${shown(box)}`).toBe(true);
      const strange = read.rects.filter((rect) => overlap(text, rect) && !within(text, rect));
      expect(strange, text.text).toEqual([]);
    }
    const texts = read.texts.flatMap((one, index) =>
      read.texts
        .slice(index + 1)
        .filter((other) => overlap(one, other))
        .map((other) => `${one.text} and ${other.text}`),
    );
    expect(texts).toEqual([]);
  });

  it('has cables that run through no box and no text, and on top of no other', async () => {
    const read = shapes((await drawn(sample)).svg);
    expect(trespasses(read)).toEqual([]);
    expect(coverings(read)).toEqual([]);
    for (const piece of read.paths.flatMap(pieces))
      expect(read.texts.filter((text) => overlap(piece, text)).map(({ text }) => text)).toEqual([]);
  });

  it('can be read: on a slide 1,280 wide, in letters that are large and dark enough', async () => {
    const { lab, svg } = await drawn(sample);
    const read = shapes(svg);
    // Routers, and hosts of different segments, stand in one row; more than five may make the page wider, and a slide shows it smaller.
    const { routers, hosts } = lab.cluster;
    const outside = routers.length + new Set(hosts.map(({ address }) => networkOf(address))).size;
    if (outside <= 5) expect(read.view.right).toBeLessThanOrEqual(1280);
    for (const text of read.texts) {
      expect(text.size, text.text).toBeGreaterThanOrEqual(9);
      expect(contrast(text.fill, around(read, text).fill), text.text).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('shows of each pod that has a box the beginning and the end of its name', async () => {
    const { lab, svg } = await drawn(sample);
    const read = shapes(svg);
    for (const { ip, netns } of lab.cluster.pods) {
      const address = read.texts.find(({ text }) => text === ip);
      if (!address) continue;
      const box = around(read, address);
      const inside = read.texts.filter((text) => within(text, box) && text !== address);
      const name = inside.filter(({ text }) => !/^(eth0.* – )?veth/.test(text)).map(({ text }) => text);
      const [head = '', tail = ''] = name.join('').split('…');
      expect(netns.startsWith(head), `${name.join('')} for ${netns}`).toBe(true);
      expect(netns.endsWith(tail)).toBe(true);
      expect(head.length + tail.length).toBeGreaterThanOrEqual(Math.min(netns.length, 12));
    }
  });

  it('names every machine, and every address once for each device', async () => {
    const { lab, svg } = await drawn(sample);
    const { cluster } = lab;
    const texts = shapes(svg).texts.map(({ text }) => text);
    const words = texts.flatMap((text) => text.split(/\s+/));
    const count = (word: string): number => words.filter((other) => other === word).length;
    for (const { name } of [...cluster.nodes, ...cluster.routers]) expect(texts, name).toContain(name);
    for (const { address } of cluster.nodes) expect(count(address), address).toBe(1);
    for (const address of cluster.routers.flatMap(({ addresses }) => addresses))
      expect(count(address), address).toBe(1);
    for (const { name, podCIDR } of cluster.nodes) {
      if (podCIDR === undefined) continue;
      const base = podCIDR.replace(/\.0\/24$/, '');
      if (!podCIDR.endsWith('.0/24')) throw new Error('this test reads /24 only');
      expect(count(`${base}.1/24`), name).toBe(1);
      expect(count(`${base}.0/32`), name).toBe(cluster.flannel ? 1 : 0);
      const own = cluster.pods.filter((pod) => pod.node === name);
      const crowd = texts.filter((text) => text === `${own.length} pods`);
      if (own.every(({ ip }) => count(ip) === 1)) continue;
      expect(own.length, name).toBeGreaterThan(8);
      expect(crowd.length, name).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('SVG', () => {
  const named = (name: string): Sample =>
    [...ownLabs, ...hardLabs].find((sample) => sample.name === name) as Sample;

  it('shows each pod of the small labs with its whole name', async () => {
    for (const sample of ownLabs) {
      const { lab, svg } = await drawn(sample);
      const text = shapes(svg)
        .texts.map((one) => one.text)
        .join('');
      for (const { netns } of lab.cluster.pods) expect(text).toContain(netns);
    }
  });

  it('draws the tunnel between two VTEPs, and none on one node', async () => {
    const two = shapes((await drawn(named('labs/flannel-vxlan'))).svg);
    expect(two.texts.filter(({ text }) => text === 'VXLAN VNI 1, UDP 8472')).toHaveLength(1);
    const one = (await drawn(named('labs/same-node'))).svg;
    expect(one).not.toMatch(/VXLAN|tunnel/);
  });

  it('sums up what is too much: 50 pods of a node, 190 tunnels', async () => {
    const { texts } = shapes((await drawn(named('twenty nodes with fifty pods each'))).svg);
    expect(texts.filter(({ text }) => text === '50 pods')).toHaveLength(20);
    expect(texts.map(({ text }) => text)).toContain('10.244.19.2 – .51');
    expect(texts.map(({ text }) => text)).toContain('190 tunnels, each node to each other');
  });

  const hasPython = spawnSync('python3', ['-c', 'import xml.etree.ElementTree']).status === 0;

  it.skipIf(!hasPython)(
    'is well-formed XML with a title and a description, whatever the lab is called',
    async () => {
      const all = await Promise.all(
        [...ownLabs, ...hardLabs].map(async (sample) => (await drawn(sample)).svg),
      );
      const script = `import sys, json, xml.etree.ElementTree as tree
for text in json.load(sys.stdin):
    root = tree.fromstring(text.encode())
    print(root.tag.split('}')[1], [child.tag.split('}')[1] for child in root][:2])`;
      const { stdout, stderr } = spawnSync('python3', ['-c', script], {
        input: JSON.stringify(all),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(stdout).toBe("svg ['title', 'desc']\n".repeat(all.length));
    },
  );

  it('shows markup in a summary and does not obey it', async () => {
    const { svg } = await drawn(named('a summary full of markup'));
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('\u202e');
  });

  it('needs nothing from elsewhere: no style sheet, no script, no reference', async () => {
    const { svg } = await drawn(named('labs/flannel-vxlan'));
    expect(svg).not.toMatch(/<style|<script|href|url\(|class=/);
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('in docs/ is what the command draws today', async () => {
    const { svg } = await drawn(named('labs/flannel-vxlan'));
    expect(
      readFileSync(new URL('../../../docs/flannel-vxlan.svg', import.meta.url), 'utf8'),
      'bin/lab graph flannel-vxlan --output docs/flannel-vxlan.svg',
    ).toBe(svg);
  });
});
