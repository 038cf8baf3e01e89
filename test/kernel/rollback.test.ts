import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

/** Everything that a build starts. */
const programs = ['unshare', 'nsenter', 'perl', 'ip', 'bridge', 'iptables-restore', 'sysctl', 'setsid'];

/** More starts than any of these labs takes: then the test itself is wrong. */
const MOST_STEPS = 80;

describe.skipIf(process.getuid?.() !== 0)('a build step that fails', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  for (const lab of ['same-node', 'flannel-vxlan']) {
    test(
      `whichever it is, ${lab} is rolled back and the failure is named`,
      { timeout: 240_000 },
      async () => {
        const outcomes: number[] = [];
        for (let step = 1; step <= MOST_STEPS; step++) {
          const { exitCode, words } = await upWithFailureAt(host, lab, step);
          if (exitCode === 0) break;
          outcomes.push(exitCode);
          expect(words, `step ${step}`).toMatch(/injected failure of \S+/);
          // Where no sandbox can be made at all the machine is what lacks something (4); everything after that is a failed build (3).
          expect([3, 4], `step ${step}: ${words}`).toContain(exitCode);
          expect(words, `step ${step}`).not.toMatch(/^\s+at .*\.(ts|js|cjs):\d+/m);
          expect(await statusOf(host), `step ${step}`).toEqual([]);
          await expectUnchanged(host, before);
        }
        expect(outcomes.length).toBeGreaterThan(10);
        expect(outcomes.filter((code) => code === 3).length).toBeGreaterThan(outcomes.length / 2);
        console.log(`${lab}: ${outcomes.length} steps failed in turn, each rolled back`);
        await good(host, ['verify', lab]);
        await good(host, ['down', lab]);
        await expectUnchanged(host, before);
      },
    );
  }
});

/** `up` with wrappers first in PATH, of which the one that is started as the nth fails. */
async function upWithFailureAt(
  host: PlayedHost,
  lab: string,
  nth: number,
): Promise<{ exitCode: number; words: string }> {
  const directory = join(host.directory, 'wrappers');
  await rm(host.path(directory), { recursive: true, force: true });
  await mkdir(host.path(join(directory, 'count')), { recursive: true });
  for (const program of programs) {
    const file = host.path(join(directory, program));
    await writeFile(file, wrapper(program, directory, nth));
    await chmod(file, 0o755);
  }
  const path = `${directory}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const result = await host.lab(['up', lab], { env: { PATH: path } });
  await rm(host.path(directory), { recursive: true, force: true });
  return { exitCode: result.exitCode, words: `${result.stdout}${result.stderr}` };
}

/** Numbers are given out by mkdir, which is atomic: steps run side by side. */
function wrapper(program: string, directory: string, nth: number): string {
  return `#!/bin/sh
n=1
while ! mkdir '${directory}/count/'$n 2>/dev/null; do n=$((n + 1)); [ $n -gt 1000 ] && break; done
if [ $n -eq ${nth} ]; then
  echo 'injected failure of ${program}' >&2
  exit 1
fi
PATH=\${PATH#'${directory}':}
real=$(command -v ${program})
PATH='${directory}':$PATH
exec "$real" "$@"
`;
}
