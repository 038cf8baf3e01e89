import type { Job } from '../run/job.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Sysctl } from './sysctl.ts';

/** What survey.pl reads in one namespace; `-` is the sandbox's own, which is as it was made. */
export interface SurveyRequest {
  namespace: string;
  /** Paths under /proc/sys; one that ends in / stands for everything below it, one that ends in /. for the files just in it. */
  sysctls: readonly string[];
  /** Queueing disciplines, tables of nftables, tables of iptables-legacy. */
  besides: boolean;
}

export interface Surveyed {
  sysctls: Sysctl[];
  /** `ifindex parent kind` */
  qdiscs: string[][];
  /** `family name` */
  nftTables: string[][];
  legacyTables: string[];
}

export function surveyJob(requests: readonly SurveyRequest[]): Job {
  const lines = requests.map(({ namespace, sysctls, besides }) =>
    [namespace, ...sysctls, ...(besides ? ['qdiscs', 'nft', 'legacy'] : [])].join(' '),
  );
  return { argv: ['perl', `${PROGRAM_INSIDE}/survey.pl`], input: `${lines.join('\n')}\n` };
}

/** By namespace; those that are gone are missing. */
export function parseSurvey(text: string): Map<string, Surveyed> {
  const found = new Map<string, Surveyed>();
  let current: Surveyed = nothingSurveyed();
  for (const line of text.split('\n')) {
    const rest = line.slice(2);
    switch (line[0]) {
      case '=':
        current = nothingSurveyed();
        found.set(rest, current);
        break;
      case 's': {
        const cut = rest.indexOf('\t');
        current.sysctls.push({ name: rest.slice(0, cut), value: rest.slice(cut + 1).trim() });
        break;
      }
      case 'q':
        current.qdiscs.push(rest.split(' '));
        break;
      case 't':
        current.nftTables.push(rest.split(' '));
        break;
      case 'l':
        current.legacyTables.push(rest);
        break;
    }
  }
  return found;
}

export const nothingSurveyed = (): Surveyed => ({
  sysctls: [],
  qdiscs: [],
  nftTables: [],
  legacyTables: [],
});
