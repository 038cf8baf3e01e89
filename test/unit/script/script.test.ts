import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printScript } from '../../../src/cli/script.ts';
import { kernelState } from '../../../src/component/kernel-state.ts';
import type { NamespaceState } from '../../../src/kernel/state.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { loadLab } from '../../../src/lab/load.ts';
import { run } from '../../../src/run/command.ts';
import { labScript } from '../../../src/script/script.ts';
import { loadedFrom } from '../../helpers/lab-directory.ts';
import { multiSegmentLab } from './multi-segment.ts';

const checkout = join(import.meta.dirname, '../../..');
const labsHere = readdirSync(join(checkout, 'labs'));
const labs: [string, () => Promise<Lab>][] = [
  ...labsHere.map((name): [string, () => Promise<Lab>] => [
    name,
    () => loadLab(join(checkout, 'labs', name)),
  ]),
  ['three segments with flannel v0.7', () => loadedFrom(multiSegmentLab('v0.7'))],
  ["three segments with today's flannel", () => loadedFrom(multiSegmentLab('current'))],
  ['three segments without flannel', () => loadedFrom(multiSegmentLab(undefined))],
];

const directory = mkdtempSync(join(tmpdir(), 'wirelab-script-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The commands with the comment above each, long lines and comments put together. */
function commandsOf(text: string): { line: string; comment: string }[] {
  const found: { line: string; comment: string }[] = [];
  let comment = '';
  for (const line of text.replaceAll(/ \\\n +/g, ' ').split('\n')) {
    if (line.startsWith('# ')) comment += `${line.slice(2)} `;
    else if (line === '') comment = '';
    else found.push({ line, comment: comment.trim() });
  }
  return found;
}

const positionOf = (lines: readonly string[], start: string) =>
  lines.findIndex((line) => line.startsWith(start));

describe.each(labs)('the script of %s', (_, load) => {
  it('is bash, and shellcheck finds nothing in it', async ({ skip }) => {
    const file = join(directory, 'script.sh');
    writeFileSync(file, labScript(await load()));
    expect(await run(['bash', '-n', file], {})).toMatchObject({ exitCode: 0, stderr: '' });
    const got = await run(['shellcheck', file], {});
    skip(got.exitCode === 127, 'shellcheck is not installed');
    expect(got).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('is the same each time and knows nothing of this project or machine', async () => {
    const text = labScript(await load());
    expect(labScript(await load())).toBe(text);
    expect(text).not.toContain(checkout);
    expect(text).not.toContain(String(new Date().getFullYear()));
    expect(text.replaceAll(/wirelab\.mtu-1500/g, '')).not.toMatch(
      /wirelab|bin\/lab|\/run\/lab|perl|node_modules/,
    );
  });

  it('makes each wanted row, under its reason', async () => {
    const lab = await load();
    const commands = commandsOf(labScript(lab));
    const expectRow = (why: string, ...words: string[]) => {
      const alike = commands.filter(({ line }) => words.every((word) => `${line} `.includes(word)));
      expect(alike, `${words.join(' ')} (${why})`).toHaveLength(1);
      expect(alike[0]?.comment).toContain(why);
    };
    for (const { name, ...want } of kernelState(lab.cluster).namespaces) {
      for (const row of want.links) {
        if (row.type !== 'veth')
          expectRow(row.why, `ip -n ${name} link add ${row.name} `, `address ${row.mac} `);
        else if (row.peer)
          expectRow(
            row.why,
            'ip link add',
            `name ${row.name} netns ${name} `,
            `netns ${row.peer.namespace} `,
            `address ${row.mac} `,
          );
        else expectRow(row.why, `ip -n ${name} link set ${row.name} up `);
      }
      for (const row of want.addresses)
        expectRow(row.why, `ip -n ${name} address add ${row.address} `, ` dev ${row.dev} `);
      for (const row of want.routes)
        expectRow(row.why, `ip -n ${name} route add ${row.to} `, ` dev ${row.dev} `);
      for (const row of want.neighbours)
        expectRow(row.why, `ip -n ${name} neighbour add ${row.address} `, `lladdr ${row.lladdr} `);
      for (const row of want.fdb)
        expectRow(row.why, `bridge -n ${name} fdb add ${row.lladdr} `, ` dst ${row.dst} `);
      for (const row of want.sysctls)
        expectRow(row.why, `ip netns exec ${name} sysctl -q -w ${row.name}=${row.value} `);
      for (const row of want.iptables)
        expectRow(
          row.why,
          `ip netns exec ${name} iptables -t ${row.table} -A ${row.chain} ${row.rule.replaceAll('"', "'")} `,
        );
    }
  });

  it('builds in the order in which a person would: nothing is used before it is there', async () => {
    const lab = await load();
    const text = labScript(lab);
    const titles = [...text.matchAll(/^# ══ (.+?) ═+$/gm)].map(([, title]) => title);
    const all = ['A world of its own', 'The underlay', 'The pods', 'flannel', 'Names', 'flanneld', 'Run'];
    const { flannel, pods } = lab.cluster;
    expect(pods.length).toBeGreaterThan(0);
    expect(titles).toEqual(
      all.filter(
        (title) => (title !== 'flannel' || flannel) && (title !== 'flanneld' || flannel?.era === 'v0.7'),
      ),
    );
    const lines = commandsOf(text).map(({ line }) => line);
    const used = (namespace: NamespaceState) =>
      lines.findIndex((line) => new RegExp(`(-n|netns|exec) ${namespace.name} `).test(line));
    for (const namespace of kernelState(lab.cluster).namespaces) {
      const { name } = namespace;
      expect(lines[used(namespace)] ?? '', name).toBe(`ip -n ${name} link set lo up`);
      expect(positionOf(lines, `ip netns add ${name}`)).toBe(used(namespace) - 1);
      for (const { dev, address } of namespace.addresses) {
        const up = positionOf(lines, `ip -n ${name} link set ${dev} up`);
        expect(up).toBeGreaterThan(0);
        expect(positionOf(lines, `ip -n ${name} address add ${address}`)).toBeGreaterThan(up);
      }
      for (const { dev, to } of namespace.routes) {
        const address = namespace.addresses.find((row) => row.dev === dev)?.address ?? '';
        expect(positionOf(lines, `ip -n ${name} route add ${to}`)).toBeGreaterThan(
          positionOf(lines, `ip -n ${name} address add ${address}`),
        );
      }
    }
    for (const [index, line] of lines.entries()) {
      const [, where, chain] = /^(ip netns exec \S+ iptables -t \S+) -A (FLANNEL-\S+) /.exec(line) ?? [];
      if (where === undefined) continue;
      const made = lines.indexOf(`${where} -N ${chain}`);
      expect(made).toBeGreaterThan(0);
      expect(made).toBeLessThan(index);
    }
  });

  it('writes the files of /etc that machines have of their own', async () => {
    const lab = await load();
    const text = labScript(lab);
    for (const { name, files } of kernelState(lab.cluster).namespaces)
      for (const [file, content] of Object.entries(files))
        expect(text).toContain(`cat >/etc/netns/${name}/${file} <<'END'\n${content}END\n`);
  });

  it('says in its head what it is, how to use it and what it needs', async () => {
    const lab = await load();
    const [head = ''] = labScript(lab).split('\n\n');
    expect(head).toMatch(/^#!\/usr\/bin\/env bash\n/);
    expect(head).toContain(`# ${lab.name}: ${lab.summary}\n`);
    expect(head).toContain(`#   ./${lab.name}.sh\n`);
    expect(head).toMatch(new RegExp(`# {3}\\./${lab.name}\\.sh ip netns exec \\S+ ping -c 1 \\S+\n`));
    for (const word of [
      'unshare',
      'setpriv',
      'iproute2',
      'procps',
      'root',
      '128+n',
      ...lab.requires.binaries,
    ])
      expect(head).toContain(word);
    expect(head.includes('iptables')).toBe(lab.cluster.flannel !== undefined);
  });

  it('draws each machine and pod where it is plugged in', async () => {
    const lab = await load();
    const pictures =
      labScript(lab)
        .match(/^# {3}.*[─├└].*$/gm)
        ?.join('\n') ?? '';
    const { cluster } = lab;
    for (const { name, address } of [...cluster.nodes, ...cluster.hosts])
      expect(pictures).toMatch(new RegExp(`[┬─├└]─ ${name} +eth0 +${address}$`, 'm'));
    for (const { netns, ip } of cluster.pods)
      expect(pictures).toMatch(new RegExp(`─ ${netns} +eth0 +${ip}/\\d+$`, 'm'));
  });
});

it('needs only what it uses, and says so when it is not there', async () => {
  const needs = (text: string) => / for program in (.*); do$/m.exec(text)?.[1]?.split(' ').sort();
  const world = ['ip', 'mount', 'setpriv', 'sysctl', 'unshare'];
  expect(needs(labScript(await loadedFrom(multiSegmentLab(undefined))))).toEqual(world);
  const all = labScript(await loadedFrom(multiSegmentLab('current')));
  expect(needs(all)).toEqual(['bridge', ...world, 'iptables'].sort());
  const file = join(directory, 'needs.sh');
  writeFileSync(file, all);
  const got = await run(['bash', '-c', 'command() { [[ $2 != iptables ]]; }; . "$0"', file], {});
  expect(got).toMatchObject({ exitCode: 125, stdout: '' });
  expect(got.stderr).toContain(
    'this needs iptables, which is not installed (apt-get install util-linux iproute2 iptables procps)',
  );
});

describe('a lab of 20 nodes and 1,000 pods', () => {
  it.each(['v0.7', 'current'])('with flannel %s has a script at once, and no absurd one', async (era) => {
    const nodes = Array.from(
      { length: 20 },
      (_, n) => `    - {name: n${n}, address: 10.0.0.${n + 1}/24, podCIDR: 10.244.${n}.0/24}\n`,
    );
    const pods = Array.from(
      { length: 1000 },
      (_, n) => `{apiVersion: v1, kind: Pod, metadata: {name: p${n}}, spec: {nodeName: n${n % 20}}}\n`,
    );
    const lab = await loadedFrom({
      'lab.yaml': `name: large\ncluster:\n  nodes:\n${nodes.join('')}  flannel: {era: ${era}, config: {Network: 10.244.0.0/16, Backend: {Type: vxlan}}}\nmanifests: [pods.yaml]\nchecks: []\n`,
      'pods.yaml': pods.join('---\n'),
    });
    const start = performance.now();
    const text = labScript(lab);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(text.length).toBeLessThan(1_500_000);
    expect(text.split('\n').length).toBeLessThan(40_000);
    // Its pictures count what they do not draw.
    expect(text.match(/^# {3}.*[─├└]─/gm)?.length).toBeLessThan(120);
    expect(text).toContain('… and 48 more');
    const file = join(directory, 'large.sh');
    writeFileSync(file, text);
    expect(await run(['bash', '-n', file], {})).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('lab script', () => {
  const args = { json: false, verbose: false, slow: false, strictSkip: false, all: false, argv: [] };
  const lab = join(checkout, 'labs/same-node');

  it('writes an executable file, also over one that was none', async () => {
    const output = join(directory, 'same node.sh');
    writeFileSync(output, 'something longer\n'.repeat(10_000), { mode: 0o600 });
    expect(await printScript({ ...args, lab, output })).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(labScript(await loadLab(lab)));
    expect(statSync(output).mode & 0o777).toBe(0o755);
  });

  it('refuses a file that cannot be written and a lab that is not there, as wrong usage', async () => {
    const output = join(directory, 'no/such/directory.sh');
    await expect(printScript({ ...args, lab, output })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(output) as string,
    });
    await expect(printScript({ ...args, lab: 'same-nod' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('same-node') as string,
    });
  });

  it('with --json gives the same commands as data', async () => {
    const output = join(directory, 'same-node.json');
    await printScript({ ...args, json: true, lab, output });
    const { sections } = JSON.parse(readFileSync(output, 'utf8')) as {
      sections: {
        parts: { namespace: string; owner: string; steps: { why: string; commands: string[][] }[] }[];
      }[];
    };
    const commands = sections.flatMap(({ parts }) =>
      parts.flatMap(({ steps }) => steps.flatMap((step) => step.commands)),
    );
    const inScript = commandsOf(labScript(await loadLab(lab))).map(({ line }) => line);
    for (const argv of commands) expect(inScript).toContain(argv.join(' '));
    expect(new Set(sections.flatMap(({ parts }) => parts.map(({ owner }) => owner)))).toEqual(
      new Set(['underlay', 'cni']),
    );
  });
});
