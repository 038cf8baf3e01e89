import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { title } from '../../src/check/title.ts';
import { loadLab } from '../../src/lab/load.ts';
import type { CheckResult } from '../../src/run/event.ts';
import { copyLab, type LabCopy, type Verification } from '../helpers/lab-copy.ts';
import { isMeant, isOneOf, type Account, type Fault } from './fault/fault.ts';
import { flannelVxlanFaults } from './fault/flannel-vxlan.ts';
import { flannelVxlanCurrentFaults } from './fault/flannel-vxlan-current.ts';
import { sameNodeFaults } from './fault/same-node.ts';

/**
 * For each check of each lab there is a fault that makes it fail. Each fault is put into the running lab as somebody would type it there; then
 *
 *   break ── diff finds it ── verify: the checks meant fail and say why, others pass ── repair mends it ── verify: all pass again
 */
const labs = [
  { name: 'flannel-vxlan', faultsOf: flannelVxlanFaults },
  { name: 'flannel-vxlan-current', faultsOf: flannelVxlanCurrentFaults },
  { name: 'same-node', faultsOf: sameNodeFaults },
];

/** A lab answers within milliseconds; what fails shall not be waited for. */
const hurry = { within: '50ms', wait: '300ms' };

for (const { name, faultsOf } of labs) {
  const lab = await loadLab(join(import.meta.dirname, '../../labs', name));
  const titles = lab.checks.map(title);
  const faults = faultsOf(lab);

  // The labs do not meet: each test of one waits for the one before it, and not for those of the others.
  describe.skipIf(process.getuid?.() !== 0).concurrent(`a fault in ${name}`, () => {
    let copy: LabCopy;
    beforeAll(async () => {
      copy = await copyLab(name, hurry);
      await copy.must(['up', 'LAB']);
    });
    afterAll(() => copy[Symbol.asyncDispose]());

    test.sequential('every check has one, and every fault is about checks that there are', () => {
      expect(titles.filter((text) => !faults.some(({ fails }) => isOneOf(text, fails)))).toEqual([]);
      const meant = faults.flatMap(({ fails, passes, tells }) => [
        ...fails,
        ...(passes === 'rest' ? [] : passes),
        ...(tells ?? []).map(({ check }) => check),
      ]);
      expect(meant.filter((which) => !titles.some((text) => isMeant(text, which)))).toEqual([]);
    });

    test.sequential('none is there: every check passes', async () => {
      const { checks, exitCode } = await copy.verify();
      expect(failed(checks)).toEqual([]);
      expect(exitCode).toBe(0);
    });

    for (const fault of faults) {
      test.sequential(fault.name, () => tryFault(copy, fault));
    }
  });
}

async function tryFault(copy: LabCopy, fault: Fault): Promise<void> {
  const { fails, passes, either = [] } = fault;
  const concerned = (text: string) => passes === 'rest' || isOneOf(text, [...fails, ...passes]);
  const chosen = copy.lab.checks.filter((spec) => concerned(title(spec)));
  await copy.choose(new Set(chosen.map(({ number }) => number)));
  const words = fault.slow ? ['--slow'] : [];
  try {
    await doAll(copy, fault.break);
    await fault.outside?.(copy);
    if (!fault.meanwhile) await expectDifferences(copy);
    const verified = await verifyMeanwhile(copy, fault, words);
    const meant = chosen.map(title).filter((text) => isOneOf(text, fails));
    const got = failed(verified.checks).filter((text) => !isOneOf(text, either));
    expect(got, verified.human).toEqual(meant);
    expect(verified).toMatchObject({ exitCode: 1, outcome: 'failed', stderr: '' });
    for (const account of fault.tells ?? []) await expectAccount(verified, account);
  } finally {
    await copy.must(['repair', 'LAB']);
  }
  const mended = await copy.verify(words);
  if (mended.exitCode !== 0) {
    // The next fault shall not suffer from this one.
    await copy.run(['down', 'LAB']);
    await copy.must(['up', 'LAB']);
  }
  expect(failed(mended.checks), mended.human).toEqual([]);
  expect(mended).toMatchObject({ exitCode: 0, outcome: 'good' });
}

/** As of diff(1): 1 where there is a difference. `repair` looks again itself, and fails where anything is left. */
async function expectDifferences(copy: LabCopy): Promise<void> {
  const said = await copy.run(['diff', 'LAB']);
  expect(said, said.stdout).toMatchObject({ exitCode: 1, stderr: '' });
}

async function doAll(copy: LabCopy, deeds: Fault['break']): Promise<void> {
  for (const [where, command] of deeds) {
    const { exitCode, stderr } = await copy.inside(where, command);
    expect({ exitCode, stderr }, `${where}: ${command}`).toEqual({ exitCode: 0, stderr: '' });
  }
}

async function verifyMeanwhile(copy: LabCopy, { meanwhile }: Fault, words: string[]): Promise<Verification> {
  if (!meanwhile) return await copy.verify(words);
  await using _ = await copy.background(...meanwhile);
  return await copy.verify(words);
}

const failed = (checks: readonly CheckResult[]): string[] =>
  checks.filter(({ verdict }) => verdict !== 'pass').map((check) => check.title);

/** What the report of the failed check says, and that what it refers to is there. */
async function expectAccount(verified: Verification, account: Account): Promise<void> {
  const check = verified.checks.find((one) => one.verdict === 'fail' && isMeant(one.title, account.check));
  if (!check) throw new Error(`${String(account.check)} did not fail`);
  const { want = [], got = [], evidence = [] } = check;
  if (account.want) expect(want).toContainEqual(expect.stringMatching(account.want));
  if (account.got) expect(got).toContainEqual(expect.stringMatching(account.got));

  const rows = evidence.filter((line) => ROW.test(line));
  expect(rows, evidence.join('\n')).toHaveLength(account.rows.length);
  for (const [index, row] of account.rows.entries()) expect(rows[index]).toMatch(row);
  for (const line of [account.last, ...(account.also ?? [])]) {
    if (line) expect(evidence, evidence.join('\n')).toContainEqual(expect.stringMatching(line));
  }
  for (const line of [...want, ...got, ...evidence]) expect(verified.human).toContain(line);
  await expectFiles(check, verified);
}

const ROW = /^\S+: (?:missing|changed|foreign) |^\S+: the flannel agent|^the network namespace/;

/** The evidence directory: its path is printed, its files are those that are listed, and tcpdump reads the captures. */
async function expectFiles(
  { evidenceDirectory = '', attachments = [], evidence = [] }: CheckResult,
  verified: Verification,
) {
  expect(verified.human).toContain(evidenceDirectory);
  expect(attachments).toContain('evidence.txt');
  expect(attachments).toContain('node1-tables.txt');
  for (const name of attachments) expect(existsSync(join(evidenceDirectory, name)), name).toBe(true);
  const place = /last seen on (\S+)\/(\S+) (?:in|out): /.exec(evidence.join('\n'));
  if (!place) return;
  const capture = join(evidenceDirectory, `${place[1]}-${place[2]}.pcap`);
  const { stdout } = await execa('tcpdump', ['-nn', '-r', capture], { stderr: 'ignore' });
  expect(stdout).toMatch(/ (?:IP|ARP)[, ]/);
}
