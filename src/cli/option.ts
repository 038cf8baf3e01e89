/** Every option of the command line, as data: yargs, the search for unknown options and the help are made from it. */
export interface Option {
  /** One letter. */
  short?: string;
  type: 'boolean' | 'string' | 'number';
  choices?: readonly string[];
  /** What stands for the value in the help. */
  value?: string;
  describe: string;
}

export const options = {
  help: { short: 'h', type: 'boolean', describe: 'say how this is used' },
  json: { type: 'boolean', describe: 'machine-readable output (for runs the same as --reporter json)' },
  verbose: { short: 'v', type: 'boolean', describe: 'show each command as it could be typed' },
  reporter: {
    type: 'string',
    choices: ['human', 'json', 'tap', 'junit'],
    value: 'NAME',
    describe: 'form of the report: human, json, tap or junit',
  },
  output: {
    type: 'string',
    value: 'FILE',
    describe:
      'write the report, script or picture to FILE; generate: the directory of the new lab (default: ./ and its name)',
  },
  format: {
    type: 'string',
    choices: ['text', 'mermaid', 'dot', 'svg'],
    value: 'NAME',
    describe:
      'form of the picture: text, mermaid, dot or svg (default: as the name of --output says, else text)',
  },
  slow: { type: 'boolean', describe: 'run the checks that are tagged slow, too' },
  'strict-skip': { type: 'boolean', describe: 'whatever is skipped counts as failed' },
  all: { type: 'boolean', describe: 'every lab' },
  as: {
    type: 'string',
    choices: ['ip', 'ifconfig', 'route', 'brctl'],
    value: 'TOOL',
    describe: 'as that program prints it: ip, ifconfig, route or brctl',
  },
  nodes: { type: 'number', value: 'N', describe: 'so many nodes, at most 250' },
  pods: { type: 'number', value: 'M', describe: 'so many pods, at most 253 for each node' },
  era: {
    type: 'string',
    choices: ['current', 'v0.7'],
    value: 'ERA',
    describe: "which generation's flannel: current (the default) or v0.7",
  },
  write: {
    short: 'w',
    type: 'string',
    value: 'FILE',
    describe: 'write the frames to FILE as pcapng, - is standard output; no lines',
  },
  count: { short: 'c', type: 'number', value: 'N', describe: 'end after N frames' },
  for: { type: 'string', value: 'TIME', describe: 'end after so long: 5s, 500ms' },
  relative: { type: 'boolean', describe: 'times are seconds since the first frame' },
  outer: { type: 'boolean', describe: 'the filter looks at the outermost frame only, not into VXLAN' },
  jobs: { type: 'number', value: 'N', describe: 'so many labs at once (default 2)' },
  follow: { short: 'f', type: 'boolean', describe: 'go on with what is logged from now on' },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;
