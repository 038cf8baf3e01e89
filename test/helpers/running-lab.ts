import { expect } from 'vitest';
import { until } from '../../src/run/until.ts';
import { expectUnchanged, processesOf, type HostSnapshot } from './host-snapshot.ts';
import type { HostOptions, PlayedHost } from './played-host.ts';

/** What `status --json` says is there. */
export async function statusOf(host: PlayedHost, options?: HostOptions): Promise<StatusOfLab[]> {
  return JSON.parse(await good(host, ['status', '--json'], options)) as StatusOfLab[];
}

export interface StatusOfLab {
  name: string;
  state: string;
  /** As the host sees it. */
  holderPid: number;
}

/** bin/lab with these words ends well and says nothing on standard error. */
export async function good(
  host: PlayedHost,
  words: readonly string[],
  options?: HostOptions,
): Promise<string> {
  const got = await host.lab(words, options);
  expect(got, `${words.join(' ')}: ${got.exitCode}\n${got.stdout}${got.stderr}`).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  return got.stdout;
}

/** The processes of the host, without their numbers. */
export function commandsOf(host: PlayedHost): string[] {
  return processesOf(host)
    .map(({ words }) => words)
    .sort();
}

/** Until just these processes are there: no probe, capture or other child is left. */
export async function expectCommands(host: PlayedHost, want: readonly string[]): Promise<void> {
  const same = () => (JSON.stringify(commandsOf(host)) === JSON.stringify(want) ? true : undefined);
  if (!(await until(same, { timeoutMs: 5_000 }))) expect(commandsOf(host)).toEqual(want);
}

/** A lab that is up: its commands are there and no others, the host is as it was, and the checks pass. */
export async function expectWhole(
  host: PlayedHost,
  lab: string,
  commands: readonly string[],
  before: HostSnapshot,
): Promise<void> {
  await expectCommands(host, commands);
  await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
  await good(host, ['verify', lab]);
}
