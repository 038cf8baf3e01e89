import { liveRecords } from '../sandbox/record.ts';

export interface LabStatus {
  name: string;
  /** Absolute path of the lab file. */
  file: string;
  /** `lost`: what is left of a lab that was never complete and does not leave by itself; `down` removes it. */
  state: 'up' | 'starting' | 'lost';
  holderPid: number | undefined;
  /** ISO 8601 */
  since: string;
  /** Names of its network namespaces. */
  namespaces: string[];
}

/** The labs that are really running, of the current user. */
export async function status(): Promise<LabStatus[]> {
  const records = await liveRecords();
  return records
    .map(({ name, file, state, holder, since, namespaces }) => ({
      name,
      file,
      state,
      holderPid: holder?.init.pid,
      since,
      namespaces,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
