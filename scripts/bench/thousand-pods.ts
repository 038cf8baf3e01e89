import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { handScript } from './hand-script.ts';
import type { Figure, Subject } from './subject.ts';

/** 20 nodes and 1,000 pods: against a script written by hand, up, up again, verified, down, and how much memory it takes. */
export async function thousandPods(
  lab: (...words: string[]) => string[],
  generated: (nodes: number, pods: number, era: string) => string,
  { temporary, env }: { temporary: string; env: NodeJS.ProcessEnv },
): Promise<Subject> {
  const eras = await Promise.all(
    ['current', 'v0.7'].map(async (era) => {
      const directory = generated(20, 1000, era);
      return { era, directory, hand: await handScript(directory, mkdtempSync(join(temporary, 'hand-'))) };
    }),
  );
  const passed = /: \d+ passed in/;
  return {
    name: 'thousand',
    rows: eras.flatMap(({ era, directory, hand }) => [
      { name: `by hand, 1,000 pods, ${era}`, argv: hand.up },
      { name: `by hand, down, ${era}`, argv: hand.down },
      { name: `up, 1,000 pods, ${era}`, argv: lab('up', directory), prints: /: up in / },
      { name: `up again, ${era}`, argv: lab('up', directory), prints: /was running already/ },
      { name: `verify, ${era}`, argv: lab('verify', directory), prints: passed },
      { name: `down, 1,000 pods, ${era}`, argv: lab('down', directory), prints: /is removed/ },
      { name: `run, 1,000 pods, ${era}`, argv: lab('run', directory), prints: passed },
      { name: `run, which is up, ${era}`, argv: lab('run', directory), prints: passed },
      { name: `down, after run, ${era}`, argv: lab('down', directory), prints: /is removed/ },
    ]),
    figures: (median) =>
      eras.flatMap(({ era }): Figure[] => [
        {
          what: `lab up, 1,000 pods on 20 nodes, ${era} / a hand-batched script of the same objects`,
          aim: 1.5,
          value: median(`up, 1,000 pods, ${era}`) / median(`by hand, 1,000 pods, ${era}`),
        },
        {
          what: `lab down, 1,000 pods, ${era}`,
          aim: 1000,
          value: median(`down, 1,000 pods, ${era}`),
          unit: 'ms',
        },
        {
          what: `lab run, 1,000 pods, ${era}, which is up / the first lab run`,
          aim: 0.5,
          value: median(`run, which is up, ${era}`) / median(`run, 1,000 pods, ${era}`),
        },
      ]),
    others: () =>
      eras.flatMap(({ era, directory }): Figure[] => {
        const peaks = ['up', 'verify', 'down'].map((word) => ({
          what: `peak memory of the process of lab ${word}, 1,000 pods, ${era}`,
          aim: 250,
          value: peakMegabytes(lab(word, directory), env, join(temporary, 'peak')),
          unit: 'MB' as const,
        }));
        return peaks;
      }),
  };
}

/** What Node itself says of the largest resident set that its process had (getrusage(2), ru_maxrss), when it ends. */
function peakMegabytes([file = '', ...args]: string[], env: NodeJS.ProcessEnv, peak: string): number {
  const hook = `process.on('exit',()=>require('fs').writeFileSync('${peak}',String(process.resourceUsage().maxRSS)))`;
  const program = `${peak}.cjs`;
  writeFileSync(program, hook);
  const { status } = spawnSync(file, args, {
    env: { ...env, NODE_OPTIONS: `--require ${program}` },
    stdio: 'ignore',
  });
  return status === 0 ? Number(readFileSync(peak, 'utf8')) / 1024 : Number.NaN;
}
