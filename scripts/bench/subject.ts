/** One command that is timed as a whole process. */
export interface Row {
  name: string;
  argv: string[];
  /** What it must have printed in the warm-up, lest the time of a failure be taken for a result. */
  prints?: RegExp;
}

/** A figure of one run of the bench, and what it should be at most. */
export interface Figure {
  what: string;
  aim: number;
  value: number;
  /** Absent: a ratio. */
  unit?: 'ms' | 'MB';
}

/** What is measured together: its rows take turns, and its figures are of one run. */
export interface Subject {
  name: string;
  rows: Row[];
  /** From the median of each row, in milliseconds; NaN for what was not measured. */
  figures: (median: (row: string) => number) => Figure[];
  /** Figures that are not times, measured once. */
  others?: () => Figure[];
}
