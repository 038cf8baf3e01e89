import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { $, which } from 'zx';

/**
 * Whole processes, timed from outside: what a person waits for. The commands take turns (A B C A B C ...), so that a machine whose speed drifts
 * is unfair to none of them; medians are compared, as ratios within one run. Nothing here is a test: machines are shared and noisy.
 *
 *   npm run bench -- --runs 9 --output bench.json
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '9' }, output: { type: 'string' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: not a number of runs`);
// npm runs scripts in the package's directory; a path that was typed is relative to where it was typed.
const output = values.output
  ? resolve(process.env['INIT_CWD'] ?? '.', values.output)
  : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wirelab', 'bench.json');

const root = dirname(import.meta.dirname);
// Labs that somebody is looking at are left alone.
const state = await mkdtemp(join(tmpdir(), 'wirelab-bench-'));

/**
 * Mininet builds its switches in the namespace that it runs in, writes sysctls, and when something goes wrong ends processes and removes files by
 * name: it gets a machine of its own, with nobody else's processes, links, sysctls and temporary files in it.
 */
const machine = [
  ...['unshare', '--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'],
  ...['--propagation', 'private', 'sh', '-ec'],
  String.raw`
    for own in /run /tmp /var/lib /var/log /var/tmp "$HOME"; do mount -t tmpfs bench "$own"; done
    mount -t sysfs -o ro bench /sys
    mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
    ip link set lo up
    exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_boot,-sys_time "$@"`,
  'sh',
];
const mininet = (test: string) => [
  ...machine,
  'mn',
  '--switch',
  'lxbr',
  '--controller',
  'none',
  '--topo',
  'single,6',
  '--test',
  test,
];

interface Row {
  name: string;
  argv: string[];
  /** What it must have printed in the warm-up, lest the time of a failure be taken for a result. */
  prints?: RegExp;
}

const lab = (...words: string[]) => [join(root, 'bin/lab'), ...words];

const rows: Row[] = [
  { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
  { name: 'lab --version', argv: lab('--version'), prints: /^\d+\.\d+\.\d+$/m },
  {
    name: 'lab test flannel-vxlan',
    argv: lab('test', 'flannel-vxlan'),
    prints: /^flannel-vxlan: \d+ passed in/m,
  },
  { name: 'lab test same-node', argv: lab('test', 'same-node'), prints: /^same-node: \d+ passed in/m },
  { name: 'lab up flannel-vxlan', argv: lab('up', 'flannel-vxlan') },
  { name: 'lab run flannel-vxlan, which is up', argv: lab('run', 'flannel-vxlan'), prints: /\d+ passed in/ },
  { name: 'lab down flannel-vxlan', argv: lab('down', 'flannel-vxlan') },
];

const mininetRows: Row[] = [
  // It prints the processes that can be seen there: one, itself.
  {
    name: 'a machine for mininet, alone',
    argv: [...machine, 'sh', '-c', 'echo /proc/[0-9]*'],
    prints: /^\/proc\/1$/m,
  },
  { name: 'mininet, 6 hosts', argv: mininet('none') },
  { name: 'mininet, 6 hosts, pingall', argv: mininet('pingall'), prints: /0% dropped \(30\/30 received\)/ },
];

const whyNoMininet =
  process.getuid?.() !== 0
    ? 'mininet needs root'
    : (await which('mn', { nothrow: true })) === null
      ? 'mn is not installed'
      : undefined;
if (whyNoMininet === undefined) rows.push(...mininetRows);

const env: NodeJS.ProcessEnv = { ...process.env, WIRELAB_STATE_DIR: state, NO_COLOR: '1' };
// What a developer's shell may have set for Python is not Mininet's fault.
for (const name of Object.keys(env).filter((key) => key.startsWith('PYTHON'))) delete env[name];

/** Milliseconds from start to end. No shell in between, and nobody reads along: that would be timed too. */
function time({ name, argv: [file = '', ...args] }: Row): number {
  const start = performance.now();
  const { status, error } = spawnSync(file, args, { cwd: root, env, stdio: 'ignore' });
  const durationMs = performance.now() - start;
  if (status !== 0) throw new Error(`${name}: ${error?.message ?? `exit code ${status}`}`);
  return durationMs;
}

function warmUp({ name, argv: [file = '', ...args], prints }: Row): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, env, encoding: 'utf8' });
  const text = `${stdout}${stderr}`;
  if (status !== 0 || !(prints?.test(text) ?? true))
    throw new Error(`${name}: ${error?.message ?? `exit code ${status}`}\n${text}`);
}

const loadBefore = loadavg();
const times = new Map<string, number[]>(rows.map(({ name }) => [name, []]));
try {
  rows.forEach(warmUp);
  for (let turn = 1; turn <= runs; turn++) {
    process.stderr.write(`turn ${turn} of ${runs}\r`);
    for (const row of rows) times.get(row.name)?.push(time(row));
  }
} finally {
  spawnSync(join(root, 'bin/lab'), ['down', '--all'], { cwd: root, env, stdio: 'ignore' });
  await rm(state, { recursive: true, force: true });
}

const sorted = (name: string) => (times.get(name) ?? []).toSorted((a, b) => a - b);
const median = (name: string) => {
  const all = sorted(name);
  const middle = (all.length - 1) / 2;
  return ((all[Math.floor(middle)] ?? Number.NaN) + (all[Math.ceil(middle)] ?? Number.NaN)) / 2;
};

const ratios = [
  { what: 'lab --version / node -e 0', aim: 2.2, ratio: median('lab --version') / median('node -e 0') },
  {
    // Its machine is our doing, and is not counted against it.
    what: 'lab test flannel-vxlan / mininet, 6 hosts, pingall (without its machine)',
    aim: 1,
    ratio:
      median('lab test flannel-vxlan') /
      (median('mininet, 6 hosts, pingall') - median('a machine for mininet, alone')),
  },
].filter(({ ratio }) => !Number.isNaN(ratio));

console.log(`${'median, ms'.padStart(46)}   fastest to slowest of ${runs}`);
for (const { name } of rows) {
  const all = sorted(name).map((ms) => ms.toFixed(0));
  console.log(`${name.padEnd(36)} ${median(name).toFixed(0).padStart(9)}   ${all[0]} to ${all.at(-1)}`);
}
console.log();
for (const { what, aim, ratio } of ratios) console.log(`${ratio.toFixed(2)}  ${what}; aim: at most ${aim}`);
if (whyNoMininet !== undefined) console.log(`not compared with Mininet: ${whyNoMininet}`);

const report = {
  node: process.version,
  kernel: (await $`uname -r`).stdout.trim(),
  runs,
  load: { before: loadBefore, after: loadavg() },
  mediansMs: Object.fromEntries(rows.map(({ name }) => [name, median(name)])),
  ratios,
  ...(whyNoMininet === undefined ? {} : { notCompared: whyNoMininet }),
  timesMs: Object.fromEntries(times),
};
await mkdir(dirname(output), { recursive: true });
await writeFile(output, `${JSON.stringify(report, undefined, 2)}\n`);
