import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../kernel/grouped.ts';
import type { CapturedFrame } from '../packet/expectation.ts';
import { pcapFile } from '../packet/pcap.ts';
import type { CheckSpec } from './spec.ts';
import type { Surroundings } from './surroundings.ts';

/** WIRELAB_EVIDENCE_DIR, else ~/.cache/wirelab/evidence (XDG_CACHE_HOME). */
function evidenceRoot(): string {
  return (
    process.env['WIRELAB_EVIDENCE_DIR'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wirelab', 'evidence')
  );
}

/** What a person would have collected by hand: the summary, a pcap file per device, the tables, the agent's log. */
export async function saveEvidence(
  around: Surroundings,
  spec: CheckSpec,
  found: { lines: readonly string[]; frames: readonly CapturedFrame[]; files: ReadonlyMap<string, string> },
): Promise<{ evidenceDirectory?: string; attachments?: string[] }> {
  const stamp = new Date().toISOString().replaceAll(':', '-').replace(/\..*/, '');
  const directory = join(evidenceRoot(), around.lab.name, `${stamp}-check-${spec.number}-${process.pid}`);
  const files = new Map<string, string | Uint8Array>([['evidence.txt', `${found.lines.join('\n')}\n`]]);
  const inOrder = found.frames.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
  for (const [place, frames] of grouped(inOrder, (frame) => frame.place)) {
    // The device `neigh` stands for netlink messages: no frames.
    if (!place.endsWith('/neigh')) files.set(`${place.replace('/', '-')}.pcap`, pcapFile(frames));
  }
  for (const [name, text] of found.files) files.set(name, text);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, content] of files) await writeFile(join(directory, name), content);
    return { evidenceDirectory: directory, attachments: [...files.keys()] };
  } catch {
    // A full disk or a home that cannot be written to must not hide the failure itself.
    return {};
  }
}
