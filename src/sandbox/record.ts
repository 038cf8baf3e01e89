import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '../run/failure.ts';
import { until } from '../run/until.ts';
import type { Holder } from './holder.ts';
import { fromOutside, KEPT } from './layout.ts';
import { identify, isAlive, type ProcessIdentity } from './process.ts';

/**
 * What is known on disk of a running lab: only where to find it. It is written before anything is created, and believed only while the very
 * processes that it names live (number, start time and boot), so it does not lie after a reboot or when a number is used again.
 *
 *   <lab>.<pid>-<start time of the builder>.json         and .json.part while it is being written
 *
 * The name belongs to one builder and is never used again. So whoever sees that a record lies may remove it, and never hits one that somebody
 * writes at that moment.
 */
export interface LabRecord {
  name: string;
  /** Absolute path of the lab file it was built from. */
  file: string;
  builder: ProcessIdentity;
  holder?: Holder;
  /** ISO 8601 */
  since: string;
  /** Names of the network namespaces. */
  namespaces: string[];
}

/** root: /run/wirelab; others: ~/.local/state/wirelab. WIRELAB_STATE_DIR overrides both. */
export function stateDirectory(): string {
  const override = process.env['WIRELAB_STATE_DIR'];
  if (override) return override;
  const user = userInfo();
  return user.uid === 0 ? '/run/wirelab' : join(user.homedir, '.local', 'state', 'wirelab');
}

const pathOf = ({ name, builder }: LabRecord) =>
  join(stateDirectory(), `${name}.${builder.pid}-${builder.startTime}.json`);

/** Atomic: a reader sees the old record or the new one. Throws Failure 'build' where the directory cannot be written. */
export async function writeRecord(record: LabRecord): Promise<void> {
  const path = pathOf(record);
  try {
    await mkdir(stateDirectory(), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.part`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new Failure('build', `cannot keep a record of the lab: ${(error as Error).message}`, [
      `make ${stateDirectory()} writable, or name another directory in WIRELAB_STATE_DIR`,
    ]);
  }
}

export async function removeRecord(record: LabRecord): Promise<void> {
  await rm(pathOf(record), { force: true });
}

/**
 * A lab that is really there. `up`: its holder lives and was told to stay. `starting`: its builder is still at work. `lost`: its builder is gone
 * and its holder, never told to stay, is still there after seconds, although it should have left by itself.
 */
export interface LiveLab extends LabRecord {
  state: 'up' | 'starting' | 'lost';
}

export async function liveRecord(name: string): Promise<LiveLab | undefined> {
  const labs = await surveyAll(name);
  const [first] = (['up', 'starting', 'lost'] as const).flatMap((state) =>
    labs.filter((lab) => lab.state === state),
  );
  return first;
}

export async function liveRecords(): Promise<LiveLab[]> {
  return await surveyAll();
}

/** What the record of a lab says of its namespaces, by the lab's name or the path of its file or directory; it is not asked whether the lab lives. */
export async function recordedPlaces(name: string, path: string): Promise<string[] | undefined> {
  for (const file of await readdir(stateDirectory()).catch(() => [])) {
    const [, lab] = /^(.+)\.\d+-\d+\.json$/.exec(file) ?? [];
    const record = lab && (await readRecord({ path: join(stateDirectory(), file), lab }));
    const meant = record && (lab === name || record.file === path || dirname(record.file) === path);
    if (meant && record.namespaces.length > 0) return record.namespaces;
  }
  return undefined;
}

interface Entry {
  path: string;
  lab: string;
  builder: { pid: number; startTime: string };
}

async function surveyAll(name?: string): Promise<LiveLab[]> {
  const found = await readdir(stateDirectory()).catch(() => []);
  const entries = found.flatMap((file): Entry[] => {
    const [, lab, pid, startTime] = /^(.+)\.(\d+)-(\d+)\.json(?:\.part)?$/.exec(file) ?? [];
    if (lab === undefined || startTime === undefined || (name !== undefined && lab !== name)) return [];
    return [{ path: join(stateDirectory(), file), lab, builder: { pid: Number(pid), startTime } }];
  });
  const labs = await Promise.all(entries.map(survey));
  return labs.filter((lab) => lab !== undefined);
}

/** The lab of one record, if there is one. A holder that was never told to stay is dying of end of file: wait for that. Removes a record that lies. */
async function survey(entry: Entry): Promise<LiveLab | undefined> {
  const seen = await until(() => look(entry), { timeoutMs: 5_000 });
  if (seen === 'gone') await rm(entry.path, { force: true }).catch(() => undefined);
  if (seen === 'gone' || seen === 'not ours') return undefined;
  const record = seen ?? (await readRecord(entry));
  return record && { ...record, state: seen?.state ?? 'lost' };
}

async function look(entry: Entry): Promise<LiveLab | 'gone' | 'not ours' | undefined> {
  // In this order: its builder writes the record more than once, and what is read after the builder's end is its last word.
  const builderLives = identify(entry.builder.pid)?.startTime === entry.builder.startTime;
  if (!(await isOurs(entry.path))) return 'not ours';
  const record = await readRecord(entry);
  const held = record?.holder !== undefined && isAlive(record.holder.init);
  if (record && held && existsSync(fromOutside(record.holder?.init.pid ?? 0, KEPT)))
    return { ...record, state: 'up' };
  if (!builderLives || (record && !isAlive(record.builder))) return held ? undefined : 'gone';
  // Alive, but its record is not there yet (.part): soon.
  return record ? { ...record, state: 'starting' } : 'not ours';
}

async function isOurs(path: string): Promise<boolean> {
  return await stat(path).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  );
}

/** Undefined when there is none, or no record of this lab in it. */
async function readRecord({ path, lab }: Pick<Entry, 'path' | 'lab'>): Promise<LabRecord | undefined> {
  if (!path.endsWith('.json')) return undefined;
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as LabRecord;
    return isRecord(record) && record.name === lab ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(record: Partial<LabRecord> | null): record is LabRecord {
  const isIdentity = (process: Partial<ProcessIdentity> | undefined) =>
    Number.isInteger(process?.pid) &&
    typeof process?.startTime === 'string' &&
    typeof process.bootId === 'string';
  return (
    typeof record?.file === 'string' &&
    typeof record.since === 'string' &&
    Array.isArray(record.namespaces) &&
    isIdentity(record.builder) &&
    (record.holder === undefined || (isIdentity(record.holder.init) && isIdentity(record.holder.parent)))
  );
}
