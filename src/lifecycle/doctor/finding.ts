/** One thing that was looked at on this machine, for the current user. */
export interface Finding {
  /** e.g. `vxlan` */
  name: string;
  /** `unknown`: could not be tried, because something else is missing. */
  ok: boolean | 'unknown';
  /** No lab can be built without it. */
  needed: boolean;
  detail: string;
  /** What to type, or to do. */
  fix?: string;
}

/** As the reader types it: with sudo unless root. */
export function asRoot(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`;
}
