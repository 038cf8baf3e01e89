import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { loadLab } from '../../src/lab/load.ts';
import type { Lab } from '../../src/lab/lab.ts';
import type { CheckResult, Event, LabEndEvent } from '../../src/run/event.ts';
import { copyProduct } from './product-copy.ts';

const checkout = join(import.meta.dirname, '../..');

/** What a command of bin/lab said. */
export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** One run of a lab's checks, as the JSON report and the human one tell it. */
export interface Verification {
  exitCode: number;
  events: Event[];
  checks: CheckResult[];
  outcome: LabEndEvent['outcome'] | undefined;
  human: string;
  stderr: string;
}

/** A lab in a directory, a state directory and an evidence directory of its own: other labs of its name do not matter. */
export interface LabCopy extends AsyncDisposable {
  lab: Lab;
  directory: string;
  evidenceRoot: string;
  /** `bin/lab WORDS`; `LAB` stands for this lab. */
  run(words: readonly string[]): Promise<Said>;
  /** `run`, and it has to end well. */
  must(words: readonly string[]): Promise<Said>;
  verify(words?: readonly string[]): Promise<Verification>;
  /** A shell command in a node or pod, through `bin/lab exec`. */
  inside(where: string, text: string): Promise<Said>;
  /** `bin/lab exec` of a command that goes on; resolves when it has printed a line. Disposing of it ends it. */
  background(where: string, argv: readonly string[]): Promise<AsyncDisposable>;
  /** From now on the lab has only these of its checks, by their numbers; absent: all of them again. */
  choose(numbers?: ReadonlySet<number>): Promise<void>;
  /** Another list of checks for what is running already. */
  setChecks(checks: readonly object[]): Promise<void>;
}

export interface Hurry {
  /** `within` of every check that has none. */
  within: string;
  /** `wait` of every probe that has none. */
  wait: string;
}

/** A copy of a lab of labs/, in a copy of the product, so that nothing changes while it runs; its checks give up earlier than a user's would. */
export async function copyLab(name: string, hurry: Hurry): Promise<LabCopy> {
  const root = await mkdtemp(join(tmpdir(), 'wirelab-copy-'));
  const product = join(root, 'product');
  await copyProduct(product);
  const directory = join(root, name);
  await cp(join(checkout, 'labs', name), directory, { recursive: true });
  const file = join(directory, 'lab.yaml');
  const whole = hurried(await readFile(file, 'utf8'), hurry);
  await writeFile(file, whole);
  const evidenceRoot = join(root, 'evidence');
  const env = { WIRELAB_STATE_DIR: join(root, 'state'), WIRELAB_EVIDENCE_DIR: evidenceRoot };

  const run = async (words: readonly string[]): Promise<Said> => {
    const argv = words.map((word) => (word === 'LAB' ? directory : word));
    const { exitCode, stdout, stderr } = await execa(join(product, 'bin/lab'), argv, {
      env,
      reject: false,
      stdin: 'ignore',
    });
    return { exitCode: exitCode ?? 255, stdout, stderr };
  };
  const must = async (words: readonly string[]): Promise<Said> => {
    const said = await run(words);
    if (said.exitCode !== 0)
      throw new Error(
        `bin/lab ${words.join(' ')}: exit code ${said.exitCode}\n${said.stdout}\n${said.stderr}`,
      );
    return said;
  };
  return {
    lab: await loadLab(file),
    directory,
    evidenceRoot,
    run,
    must,
    async verify(words = []) {
      const report = join(root, 'report.jsonl');
      const said = await run(['verify', 'LAB', '--reporter', 'json', '--output', report, ...words]);
      const events = parseEvents(await readFile(report, 'utf8'));
      return {
        exitCode: said.exitCode,
        events,
        checks: events.flatMap((event) => (event.type === 'check' ? [event.check] : [])),
        outcome: events.find((event) => event.type === 'lab-end')?.outcome,
        human: said.stdout,
        stderr: said.stderr,
      };
    },
    inside: (where, text) => run(['exec', 'LAB', where, '--', 'sh', '-ec', text]),
    async background(where, argv) {
      const child = execa(join(product, 'bin/lab'), ['exec', directory, where, '--', ...argv], {
        env,
        reject: false,
        stdin: 'ignore',
        buffer: false,
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      return {
        async [Symbol.asyncDispose]() {
          child.kill('SIGTERM');
          await child;
        },
      };
    },
    async choose(numbers) {
      const document = parseDocument(whole);
      const checks = document.get('checks') as YAMLSeq;
      checks.items = checks.items.filter((_, index) => numbers?.has(index + 1) ?? true);
      await writeFile(file, document.toString({ lineWidth: 0 }));
    },
    async setChecks(checks) {
      const document = parseDocument(await readFile(file, 'utf8'));
      document.set('checks', checks);
      await writeFile(file, String(document));
    },
    async [Symbol.asyncDispose]() {
      await run(['down', 'LAB']);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export function parseEvents(text: string): Event[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

const PROBES = ['ping', 'tcp', 'udp', 'http'];

function hurried(text: string, { within, wait }: Hurry): string {
  const document = parseDocument(text);
  const checks = document.get('checks');
  if (!isSeq(checks)) throw new Error('the lab file has no checks');
  for (const check of checks.items as YAMLMap[]) {
    const packet = check.get('packet');
    // While a question is open the kernel repeats it once a second, whoever asks again.
    const arp = isMap(packet) && packet.hasIn(['expect', 'arp']);
    if (!check.has('within')) check.set('within', arp ? '1500ms' : within);
    const probes = isMap(packet) ? packet.get('while') : check;
    for (const kind of PROBES) {
      const probe = isMap(probes) ? probes.get(kind) : undefined;
      if (isMap(probe) && !probe.has('wait')) probe.set('wait', wait);
    }
  }
  return document.toString({ lineWidth: 0 });
}
