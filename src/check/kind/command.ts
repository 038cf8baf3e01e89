import { identityMap } from '../../sandbox/identity-map.ts';
import { PROGRAM_INSIDE } from '../../sandbox/layout.ts';
import type { Command } from '../spec.ts';
import { namespaceOf, type Outcome, type Surroundings } from '../surroundings.ts';
import { obstacle, untried } from '../untried.ts';

/** A command as somebody would type it at that node or pod. */
export async function command(around: Surroundings, claim: Command): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const who = identityMap() === 'root' ? 'root' : 'user';
  const result = await around.session.run(
    ['perl', `${PROGRAM_INSIDE}/enter.pl`, namespace, who, ...claim.run],
    {
      timeoutMs: 60_000,
      signal: around.signal,
      env: { WIRELAB_ARCH: process.arch },
    },
  );
  const exit = claim.exit ?? 0;
  const want = [
    `exit code ${exit} of ${claim.run.join(' ')}`,
    ...(claim.stdout === undefined ? [] : [`standard output that matches /${claim.stdout}/`]),
    ...(claim.stderr === undefined ? [] : [`standard error that matches /${claim.stderr}/`]),
  ];
  const hindered = obstacle(result);
  if (hindered && result.exitCode !== claim.exit) return untried(want, hindered);
  const fits = (pattern: string | undefined, text: string) =>
    pattern === undefined || new RegExp(pattern, 'm').test(text);
  return {
    holds: result.exitCode === exit && fits(claim.stdout, result.stdout) && fits(claim.stderr, result.stderr),
    want,
    got: [
      `exit code ${result.exitCode}`,
      ...head(result.stdout),
      ...head(result.stderr).map((line) => `stderr: ${line}`),
    ],
  };
}

const head = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 12);
