import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { $, which } from 'zx';
import { hundredPods } from './bench/hundred-pods.ts';
import { smallLab } from './bench/small-lab.ts';
import type { Figure, Row, Subject } from './bench/subject.ts';
import { thousandPods } from './bench/thousand-pods.ts';

/**
 * Whole processes, timed from outside: what a person waits for. The commands take turns (A B C A B C ...), so that a machine whose speed drifts
 * is unfair to none of them; medians are compared, as ratios within one run. Nothing here is a test: machines are shared and noisy.
 *
 *   npm run bench -- --runs 9 --output bench.json
 *   npm run bench -- hundred thousand
 */
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '9' }, output: { type: 'string' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: not a number of runs`);
const subjectNames = ['small', 'hundred', 'thousand'];
const wanted = positionals.length > 0 ? positionals : subjectNames;
const strange = wanted.find((name) => !subjectNames.includes(name));
if (strange !== undefined) throw new Error(`${strange}: there are ${subjectNames.join(', ')}`);
// npm runs scripts in the package's directory; a path that was typed is relative to where it was typed.
const output = values.output
  ? resolve(process.env['INIT_CWD'] ?? '.', values.output)
  : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wirelab', 'bench.json');

const root = dirname(import.meta.dirname);
// Labs that somebody is looking at are left alone.
const temporary = await mkdtemp(join(tmpdir(), 'wirelab-bench-'));

const whyNoMininet =
  process.getuid?.() !== 0
    ? 'mininet needs root'
    : (await which('mn', { nothrow: true })) === null
      ? 'mn is not installed'
      : undefined;

const env: NodeJS.ProcessEnv = {
  ...process.env,
  WIRELAB_STATE_DIR: join(temporary, 'state'),
  WIRELAB_EVIDENCE_DIR: join(temporary, 'evidence'),
  NO_COLOR: '1',
};
// What a developer's shell may have set for Python is not Mininet's fault.
for (const name of Object.keys(env).filter((key) => key.startsWith('PYTHON'))) delete env[name];

const lab = (...words: string[]) => [join(root, 'bin/lab'), ...words];

function generated(nodes: number, pods: number, era: string): string {
  const directory = join(temporary, `${era}-${nodes}x${pods}`);
  const words = ['generate', '--nodes', String(nodes), '--pods', String(pods), '--era', era];
  must({ name: words.join(' '), argv: lab(...words, '--output', directory) });
  return directory;
}

/** Milliseconds from start to end. No shell in between, and nobody reads along: that would be timed too. */
function time({ name, argv: [file = '', ...args] }: Row): number {
  const start = performance.now();
  const { status, error } = spawnSync(file, args, { cwd: root, env, stdio: 'ignore' });
  const durationMs = performance.now() - start;
  if (status !== 0) throw new Error(`${name}: ${error?.message ?? `exit code ${status}`}`);
  return durationMs;
}

function must({ name, argv: [file = '', ...args], prints }: Row): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, env, encoding: 'utf8' });
  const text = `${stdout}${stderr}`;
  if (status !== 0 || !(prints?.test(text) ?? true))
    throw new Error(`${name}: ${error?.message ?? `exit code ${status}`}\n${text}`);
}

/** The kernel takes namespaces away after their last process has ended, in a worker of its own: whoever comes next is not to pay for that. */
async function settled(): Promise<void> {
  const isBusy = () =>
    readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && /^kworker\/.*\+netns/.test(nameOf(entry)));
  for (let quiet = 0; quiet < 2; quiet = isBusy() ? 0 : quiet + 1) await delay(20);
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

const medianOf = (times: readonly number[]): number => {
  const all = times.toSorted((a, b) => a - b);
  const middle = (all.length - 1) / 2;
  return ((all[Math.floor(middle)] ?? Number.NaN) + (all[Math.ceil(middle)] ?? Number.NaN)) / 2;
};

interface Measured {
  name: string;
  timesMs: Record<string, number[]>;
  figures: Figure[];
}

async function measure({ name, rows, figures, others }: Subject): Promise<Measured> {
  const times = new Map<string, number[]>(rows.map((row) => [row.name, []]));
  rows.forEach(must);
  for (let turn = 1; turn <= runs; turn++) {
    process.stderr.write(`${name}: turn ${turn} of ${runs}\r`);
    for (const row of rows) {
      await settled();
      times.get(row.name)?.push(time(row));
    }
  }
  const median = (row: string) => medianOf(times.get(row) ?? []);
  return {
    name,
    timesMs: Object.fromEntries(times),
    figures: [...figures(median), ...(others?.() ?? [])].filter(({ value }) => !Number.isNaN(value)),
  };
}

const makers: Record<string, () => Subject | Promise<Subject>> = {
  small: () => smallLab(lab, whyNoMininet === undefined),
  hundred: () => hundredPods(lab, generated, whyNoMininet === undefined),
  thousand: () => thousandPods(lab, generated, { temporary, env }),
};

const loadBefore = loadavg();
const measured: Measured[] = [];
try {
  for (const name of wanted) {
    const subject = await makers[name]?.();
    if (subject) measured.push(await measure(subject));
  }
} finally {
  spawnSync(join(root, 'bin/lab'), ['down', '--all'], { cwd: root, env, stdio: 'ignore' });
  await rm(temporary, { recursive: true, force: true });
}

for (const { timesMs, figures } of measured) {
  console.log(`${'median, ms'.padStart(46)}   fastest to slowest of ${runs}`);
  for (const [name, times] of Object.entries(timesMs)) {
    const all = times.toSorted((a, b) => a - b).map((ms) => ms.toFixed(0));
    console.log(`${name.padEnd(36)} ${medianOf(times).toFixed(0).padStart(9)}   ${all[0]} to ${all.at(-1)}`);
  }
  console.log();
  for (const { what, aim, value, unit } of figures) {
    const figure = unit === undefined ? value.toFixed(2) : `${value.toFixed(0)} ${unit}`;
    console.log(`${figure.padStart(8)}  ${what}; aim: at most ${aim}${unit === undefined ? '' : ` ${unit}`}`);
  }
  console.log();
}
if (whyNoMininet !== undefined) console.log(`not compared with Mininet: ${whyNoMininet}`);

const report = {
  node: process.version,
  kernel: (await $`uname -r`).stdout.trim(),
  runs,
  load: { before: loadBefore, after: loadavg() },
  subjects: measured.map(({ name, timesMs, figures }) => ({
    name,
    mediansMs: Object.fromEntries(Object.entries(timesMs).map(([row, times]) => [row, medianOf(times)])),
    figures,
    timesMs,
  })),
  ...(whyNoMininet === undefined ? {} : { notCompared: whyNoMininet }),
};
await mkdir(dirname(output), { recursive: true });
await writeFile(output, `${JSON.stringify(report, undefined, 2)}\n`);
