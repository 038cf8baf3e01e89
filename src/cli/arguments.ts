import type { PictureFormat } from '../graph/format.ts';
import type { ReporterName } from '../report/reporter.ts';

/** What a command is given: the words and options that it declares, read and checked. */
export interface Arguments {
  lab?: string;
  labs?: string[];
  where?: string;
  file?: string;
  /** A table of `show`. */
  table?: string;
  /** The program whose form `show` prints. */
  as?: string;
  shell?: string;
  json: boolean;
  verbose: boolean;
  reporter?: ReporterName;
  output?: string;
  format?: PictureFormat;
  slow: boolean;
  strictSkip: boolean;
  all: boolean;
  jobs?: number;
  follow?: boolean;
  nodes?: number;
  pods?: number;
  era?: 'current' | 'v0.7';
  /** What `capture` is given behind the lab: places, and a filter. */
  places?: string[];
  write?: string;
  count?: number;
  for?: string;
  relative?: boolean;
  outer?: boolean;
  /** What `exec` is to run: exactly the arguments as they came. Of `capture`: the filter behind `--`. */
  argv: string[];
}
