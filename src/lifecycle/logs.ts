import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CONFIG_FILE } from '../agent/config.ts';
import { loadLab } from '../lab/load.ts';
import { resolveName } from '../lab/resolve-name.ts';
import { Failure } from '../run/failure.ts';
import { fromOutside } from '../sandbox/layout.ts';
import { isAlive } from '../sandbox/process.ts';
import { type LiveLab, liveRecord, liveRecords } from '../sandbox/record.ts';
import { type LogFile, logFile } from './log-file.ts';
import { inOrder, type LogLine, placeOfLog } from './log-line.ts';
import { holderOf } from './running.ts';

/** The logs of a running lab, as far as they were asked for. */
export interface Logs {
  /** What has come since the last time, in order of time. */
  read(): LogLine[];
  /** Why there may be nothing to read, for the reader. */
  why(): Promise<string>;
  /** New lines as they come, until the lab is gone (true) or `signal` is aborted (false). */
  follow(take: (lines: LogLine[]) => void, signal: AbortSignal): Promise<boolean>;
}

const DIRECTORY = '/var/log';
/** The word for everything that the lab's agents log. */
const AGENT = 'agent';
/** So often a log that grows is looked at. */
const FOLLOW_MS = 150;

/**
 * Logs lie in the sandbox's own /var/log and are read through its holder's root, so no process is started for them.
 * `where` is a node or pod, `agent`, or absent: all. Throws Failure: `build` when the lab is not running, `usage` when it has no such place or agent.
 */
export async function openLogs(name: string, where: string | undefined): Promise<Logs> {
  const live = await runningLab(name);
  const holder = holderOf(live);
  const directory = fromOutside(holder, DIRECTORY);
  const hasAgent = existsSync(fromOutside(holder, CONFIG_FILE));
  const names = hasAgent ? [...live.namespaces, AGENT] : live.namespaces;
  if (where === AGENT && !names.includes(AGENT)) throw new Failure('usage', await whyNoAgent(live));
  const wanted = where === undefined ? undefined : resolveName(where, names);
  const files = new Map<string, LogFile>();

  const isWanted = (file: string, place: string): boolean =>
    wanted === undefined ||
    place === wanted ||
    (wanted === AGENT && (place === AGENT || file.startsWith('flanneld.')));

  function read(last: boolean): LogLine[] {
    for (const file of filesIn(directory)) {
      const place = placeOfLog(file, live.namespaces);
      if (place === undefined || files.has(file) || !isWanted(file, place)) continue;
      files.set(file, logFile(`${directory}/${file}`, { place, file }));
    }
    return inOrder([...files.values()].map((file) => file.read({ last })));
  }

  return {
    read: () => read(true),
    async why() {
      const subject = wanted === undefined ? live.name : `${wanted} of ${live.name}`;
      return hasAgent
        ? `${subject} has logged nothing`
        : `${subject} has logged nothing; ${await whyNoAgent(live)}`;
    },
    async follow(take, signal) {
      while (!signal.aborted) {
        const lives = live.holder !== undefined && isAlive(live.holder.init);
        if (!lives) return true;
        const lines = read(false);
        if (lines.length > 0) take(lines);
        await delay(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      }
      return false;
    },
  };
}

async function runningLab(name: string): Promise<LiveLab> {
  const live = await liveRecord(name);
  if (live) return live;
  const running = (await liveRecords()).map((lab) => lab.name);
  throw new Failure('build', `${name} is not running, so nothing in it logs`, [
    `bin/lab up ${name}`,
    running.length > 0 ? `running now: ${running.join(', ')}` : 'no lab is running now',
  ]);
}

/** From the lab's file, which may have been changed or removed since. */
async function whyNoAgent({ name, file }: LiveLab): Promise<string> {
  const cluster = (await loadLab(file).catch(() => undefined))?.cluster;
  const none = `${name} has no agent`;
  if (cluster === undefined) return none;
  if (cluster.flannel === undefined) return `${none}, as it has no flannel`;
  return `${none}: flannel of era ${cluster.flannel.era} writes its entries once, and has nothing to do per packet`;
}

function filesIn(directory: string): string[] {
  try {
    // A link would lead out of the sandbox.
    return lstatSync(directory).isDirectory() ? readdirSync(directory).toSorted() : [];
  } catch {
    return [];
  }
}
