import type { Arguments } from './arguments.ts';
import type { OptionName } from './option.ts';

export interface Command {
  name: string;
  /** Positional words as yargs writes them: `<lab>`, `[where]`, `[labs..]`. */
  words: string;
  /** The same for the reader, where that says more. */
  shown?: string;
  summary: string;
  options: readonly OptionName[];
  /** `enter`: exit codes are those of env(1). */
  exit: 'run' | 'enter';
  /** Resolves to the exit code. */
  run(args: Arguments): Promise<number>;
}

const everywhere = ['help', 'json', 'verbose'] as const;
const report = [...everywhere, 'reporter', 'output'] as const;
const checks = [...report, 'slow', 'strict-skip'] as const;

/** In the order in which a newcomer meets them. Each is loaded only when it is the one. */
export const commands: readonly Command[] = [
  {
    name: 'run',
    words: '<lab>',
    summary: 'build a lab, verify it and leave it running (the word run may be left out)',
    options: checks,
    exit: 'run',
    run: async (args) => (await import('./run.ts')).runLab(args),
  },
  {
    name: 'up',
    words: '<lab>',
    summary: 'build a lab; what is there already stays',
    options: report,
    exit: 'run',
    run: async (args) => (await import('./up.ts')).upLab(args),
  },
  {
    name: 'verify',
    words: '<lab>',
    summary: 'run the checks of a lab that is up',
    options: checks,
    exit: 'run',
    run: async (args) => (await import('./verify.ts')).verifyLab(args),
  },
  {
    name: 'down',
    words: '[lab]',
    shown: '<lab>|--all',
    summary: 'remove a lab and everything in it',
    options: [...everywhere, 'all'],
    exit: 'run',
    run: async (args) => (await import('./down.ts')).downLabs(args),
  },
  {
    name: 'test',
    words: '[labs..]',
    shown: '<lab>...|--all',
    summary: 'build, verify and remove labs',
    options: [...checks, 'all', 'jobs'],
    exit: 'run',
    run: async (args) => (await import('./test.ts')).testLabs(args),
  },
  {
    name: 'list',
    words: '',
    summary: 'the labs that are here',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./list.ts')).listLabs(args),
  },
  {
    name: 'status',
    words: '',
    summary: 'the labs that are up',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./status.ts')).showStatus(args),
  },
  {
    name: 'exec',
    words: '<lab> <where>',
    shown: '<lab> <node|pod> -- <command> [arguments...]',
    summary: 'run one command inside a node or pod',
    options: everywhere,
    exit: 'enter',
    run: async (args) => (await import('./exec.ts')).execInside(args),
  },
  {
    name: 'shell',
    words: '<lab> [where]',
    shown: '<lab> [node|pod]',
    summary: 'a shell inside a node or pod, or inside the lab',
    options: everywhere,
    exit: 'enter',
    run: async (args) => (await import('./shell.ts')).shellInside(args),
  },
  {
    name: 'show',
    words: '<lab> <where> [table]',
    shown: '<lab> <node|pod> [links|addresses|routes|neighbours|fdb|iptables|sysctls|all]',
    summary: 'the live tables there, each row with who wants it and why',
    options: [...everywhere, 'as'],
    exit: 'run',
    run: async (args) => (await import('./show.ts')).showLab(args),
  },
  {
    name: 'plan',
    words: '<lab>',
    summary: 'what up would change; nothing is changed and no right is needed',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./plan.ts')).planLab(args),
  },
  {
    name: 'diff',
    words: '<lab>',
    summary: 'what is not as wanted in a lab that is up (exit code 1: something is not)',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./diff.ts')).diffLab(args),
  },
  {
    name: 'repair',
    words: '<lab>',
    summary: 'put right what diff finds',
    options: report,
    exit: 'run',
    run: async (args) => (await import('./repair.ts')).repairLab(args),
  },
  {
    name: 'events',
    words: '<lab>',
    summary: 'what changes in a lab that is up, as JSON lines, until Ctrl-C',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./events.ts')).tellEvents(args),
  },
  {
    name: 'script',
    words: '<lab>',
    summary: 'print a lab as one bash script that needs nothing of this project; needs no rights',
    options: [...everywhere, 'output'],
    exit: 'run',
    run: async (args) => (await import('./script.ts')).printScript(args),
  },
  {
    name: 'graph',
    words: '<lab>',
    summary: 'a picture of a lab: for the terminal, Mermaid, Graphviz, or as SVG; needs no rights',
    options: [...everywhere, 'format', 'output'],
    exit: 'run',
    run: async (args) => (await import('./graph.ts')).drawLab(args),
  },
  {
    name: 'logs',
    words: '<lab> [where]',
    shown: '<lab> [agent|node|pod]',
    summary: "what agents and pods of a running lab have logged: when flannel's agent answered which miss",
    options: ['help', 'json', 'follow'],
    exit: 'run',
    run: async (args) => (await import('./logs.ts')).showLogs(args),
  },
  {
    name: 'generate',
    words: '',
    shown: '--nodes N --pods M',
    summary: 'write a lab of that size, with its checks, into a directory of its own',
    options: [...everywhere, 'nodes', 'pods', 'era', 'output'],
    exit: 'run',
    run: async (args) => (await import('./generate.ts')).generateLab(args),
  },
  {
    name: 'capture',
    words: '<lab> [places..]',
    shown: '<lab> [node|pod[/device]...] [filter]',
    summary:
      'show packets as they pass, at many places at once; a filter as for tcpdump looks into VXLAN too',
    options: ['help', 'json', 'write', 'count', 'for', 'relative', 'outer', 'verbose'],
    exit: 'run',
    run: async (args) => (await import('./capture.ts')).captureFrames(args),
  },
  {
    name: 'validate',
    words: '<file>',
    summary: 'read a lab file and say what is wrong in it; needs no rights',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./validate.ts')).validateFile(args),
  },
  {
    name: 'schema',
    words: '',
    summary: 'the JSON Schema of lab files, for editors',
    options: everywhere,
    exit: 'run',
    run: async () => (await import('./schema.ts')).printSchema(),
  },
  {
    name: 'doctor',
    words: '',
    summary: 'what this machine has and lacks, with each fix',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./doctor.ts')).examine(args),
  },
  {
    name: 'completion',
    words: '<shell>',
    shown: '<bash|zsh|fish>',
    summary: 'a script that completes commands, labs, nodes and pods in your shell',
    options: everywhere,
    exit: 'run',
    run: async (args) => (await import('./completion.ts')).printCompletion(args),
  },
];
