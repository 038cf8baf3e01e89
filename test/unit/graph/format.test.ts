import { describe, expect, it } from 'vitest';
import { chart } from '../../../src/graph/chart.ts';
import { type PictureFormat, rendered } from '../../../src/graph/format.ts';
import type { Wire } from '../../../src/graph/picture.ts';
import { labPicture } from '../../../src/graph/lab-picture.ts';
import { allSamples, hardLabs, ownLabs, type Sample } from './samples.ts';

const named = (name: string): Sample =>
  [...ownLabs, ...hardLabs].find((sample) => sample.name === name) as Sample;

async function written(sample: Sample, format: PictureFormat, unicode = true): Promise<string> {
  return rendered(labPicture(await sample.lab()), format, { unicode });
}

describe('the picture for a terminal', () => {
  it.each(allSamples)(
    'of $name names every machine, device and address, and every pod of a small lab',
    async (sample) => {
      const picture = labPicture(await sample.lab());
      const text = rendered(picture, 'text', { unicode: true });
      for (const { name, devices } of picture.machines) {
        expect(text).toMatch(new RegExp(`^${name}  `, 'm'));
        for (const { addresses, mac } of devices)
          for (const word of [...addresses, mac]) expect(text).toContain(word);
      }
      if (picture.pods.length <= 32)
        for (const { name, host, device } of picture.pods)
          expect(text).toMatch(
            new RegExp(`${host.name} +eth0 ${device.addresses[0]?.replace(/\/.*/, '')} +${name}$`, 'm'),
          );
      expect(text.split('\n').filter((line) => line.endsWith(' '))).toEqual([]);
    },
  );

  it('is the tree that a person would draw', async () => {
    const text = await written(named('labs/same-node'), 'text');
    expect(text.split('\n').slice(2)).toEqual([
      '1 node, 2 pods; pods on cni0',
      '',
      'segment1  192.0.2.0/24, a switch (br0)',
      '└── node1  eth0  192.0.2.11/24',
      '',
      'node1  node, podCIDR 172.20.1.0/24',
      expect.stringMatching(
        /^├── eth0 {2}192\.0\.2\.11\/24 {2}[\da-f:]{17} {2}mtu 1500 {2}on segment1$/,
      ) as string,
      expect.stringMatching(/^└── cni0 {2}172\.20\.1\.1\/24 {2}[\da-f:]{17} {2}mtu 1500$/) as string,
      '    ├── veth47097500  eth0 172.20.1.195  pod1',
      '    └── veth0e921722  eth0 172.20.1.176  pod2',
      '',
    ]);
  });

  it.each(allSamples)('of $name is plain ASCII where the terminal shows no more', async (sample) => {
    expect(await written(sample, 'text', false)).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('sums up what nobody would read', async () => {
    const text = await written(named('twenty nodes with fifty pods each'), 'text');
    expect(text.match(/50 pods {2}10\.244\.\d+\.2 to 10\.244\.\d+\.51, pod-\d+ to pod-\d+/g)).toHaveLength(
      20,
    );
    expect(text).toContain('and 14 more tunnels');
    expect(text.split('\n').length).toBeLessThan(500);
  });
});

/** Identifiers that a program declares and those that it uses, from the lines of its text. */
interface Names {
  declared: string[];
  used: string[];
}

const TEXT = String.raw`"[^"\n]*"`;

/** Mermaid, flowcharts: the statements that we use, each of a line of its own (mermaid.js.org/syntax/flowchart.html). */
function mermaidNames(text: string): Names {
  const [open, title = '', close, head, ...lines] = text.trimEnd().split('\n');
  expect([open, close, head]).toEqual(['---', '---', 'flowchart TB']);
  expect(typeof JSON.parse(title.replace(/^title: /, ''))).toBe('string');
  const names: Names = { declared: [], used: [] };
  let depth = 0;
  for (const line of lines.map((one) => one.trim())) {
    const box = new RegExp(`^(b\\d+)(?:\\[${TEXT}\\]|\\(\\[${TEXT}\\]\\)):::(\\w+)$`).exec(line);
    const group = new RegExp(`^subgraph (b\\d+) \\[${TEXT}\\]$`).exec(line);
    const edge = new RegExp(`^(b\\d+) (?:---|-\\.-)(?:\\|${TEXT}\\|)? (b\\d+)$`).exec(line);
    if (group) depth++;
    if (line === 'end') depth--;
    expect([0, 1]).toContain(depth);
    if (box ?? group) names.declared.push((box ?? group)?.[1] ?? '');
    else if (edge) names.used.push(edge[1] ?? '', edge[2] ?? '');
    else
      expect(line).toMatch(
        /^(end|classDef \w+ [\w#:,. -]+|class (b\d+,?)+ machine|linkStyle (\d+,?)+ [\w#:,-]+)$/,
      );
  }
  expect(depth).toBe(0);
  return names;
}

/** Graphviz (graphviz.org/doc/info/lang.html): one statement a line. */
function dotNames(text: string): Names {
  const quoted = String.raw`"(?:[^"\\\n]|\\.)*"`;
  const attributes = `\\[\\w+=(?:${quoted}|\\w+)(?:, \\w+=(?:${quoted}|\\w+))*\\]`;
  const [head, ...lines] = text.trimEnd().split('\n');
  expect([head, lines.pop()]).toEqual(['graph lab {', '}']);
  const names: Names = { declared: [], used: [] };
  let depth = 0;
  for (const line of lines.map((one) => one.trim())) {
    const box = new RegExp(`^(b\\d+) ${attributes}$`).exec(line);
    const group = /^subgraph cluster_(b\d+) \{$/.exec(line);
    const edge = new RegExp(`^(b\\d+) -- (b\\d+) ${attributes}$`).exec(line);
    if (group) depth++;
    if (line === '}') depth--;
    expect([0, 1]).toContain(depth);
    if (box ?? group) names.declared.push((box ?? group)?.[1] ?? '');
    else if (edge) names.used.push(edge[1] ?? '', edge[2] ?? '');
    else expect(line).toMatch(new RegExp(`^(\\}|(graph|node|edge) ${attributes})$`));
  }
  expect(depth).toBe(0);
  return names;
}

describe.each([
  ['mermaid', mermaidNames],
  ['dot', dotNames],
] as const)('the picture for %s', (format, namesOf) => {
  it.each(allSamples)('of $name declares each box once and joins declared boxes only', async (sample) => {
    const { declared, used } = namesOf(await written(sample, format));
    expect(new Set(declared).size).toBe(declared.length);
    expect(used.filter((id) => !declared.includes(id))).toEqual([]);
  });

  it('shows other people’s words as they are, and obeys none', async () => {
    const text = await written(named('a summary full of markup'), format);
    namesOf(text);
    expect(text).not.toContain('\u202e');
    expect(text).toContain('日本');
  });
});

describe('the picture for programs that lay out', () => {
  // Mermaid refuses more by default: maxEdges 500, maxTextSize 50,000 (mermaid.js.org/config/schema-docs/config.html).
  it.each(allSamples)('of $name is not too large for Mermaid', async (sample) => {
    const picture = labPicture(await sample.lab());
    expect(chart(picture).lines.length).toBeLessThanOrEqual(500);
    expect(rendered(picture, 'mermaid', { unicode: true }).length).toBeLessThanOrEqual(50_000);
  });

  it('of a lab that is too large says which limits to set', async () => {
    const picture = labPicture(await named('forty nodes').lab());
    expect(rendered(picture, 'mermaid', { unicode: true })).not.toContain('%%');
    const wires = Array.from({ length: 600 }, () => picture.wires[0] as Wire);
    const text = rendered({ ...picture, wires }, 'mermaid', { unicode: true });
    const [, edges, size] = /^ {2}%% .*maxEdges: (\d+), maxTextSize: (\d+) /m.exec(text) ?? [];
    expect(Number(edges)).toBe(text.match(/^ {2}b\d+ (---|-\.-)/gm)?.length);
    expect(Number(size)).toBeGreaterThanOrEqual(text.length);
  });

  it('joins what is joined: each cable, the devices of each node, the tunnel', async () => {
    const lab = await named('labs/flannel-vxlan').lab();
    const { lines } = chart(labPicture(lab));
    const count = (kind: string): number => lines.filter((line) => line.kind === kind).length;
    // node1, node2, gateway twice, outside, and seven pods; eth0 - flannel.1 - docker0 on both nodes.
    expect([count('wire'), count('inside'), count('tunnel')]).toEqual([12, 4, 1]);
  });

  it('leads the tunnels of many nodes to one point', async () => {
    const { lines, boxes } = chart(labPicture(await named('ten nodes with ten pods each').lab()));
    expect(lines.filter(({ kind }) => kind === 'tunnel')).toHaveLength(10);
    expect(boxes.map(({ label }) => label)).toContainEqual([
      'VXLAN VNI 1, UDP 8472',
      '45 tunnels, each node to each other',
    ]);
  });
});

describe('the picture as JSON', () => {
  it('is complete, however large the lab is', async () => {
    const picture = labPicture(await named('twenty nodes with fifty pods each').lab());
    const text = rendered(picture, 'json', { unicode: true });
    expect(JSON.parse(text)).toEqual(picture);
    expect(picture.pods).toHaveLength(1000);
  });
});
