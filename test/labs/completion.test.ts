import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const checkout = join(import.meta.dirname, '../..');
const bin = join(checkout, 'bin/lab');

// Names that a shell would obey, if they were ever given to it as text.
const odd = ['$(touch obeyed)', '`touch obeyed`', 'two words', "it's", 'a;touch obeyed', 'b"c', 'd*'];

describe('completion', () => {
  let directory = '';
  let env: Record<string, string> = {};
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wirelab-completion-'));
    await execa(bin, ['list']); // builds what is older than its source
    for (const name of odd) {
      await mkdir(join(directory, 'labs', name), { recursive: true });
      await writeFile(join(directory, 'labs', name, 'lab.yaml'), '');
    }
    await mkdir(join(directory, 'state'));
    await mkdir(join(directory, 'here/my-labs'), { recursive: true });
    await symlink(join(checkout, 'bin'), join(directory, 'here/bin'));
    await writeFile(join(directory, 'here/my-labs/lab.yaml'), '');
    const process = { pid: 1, startTime: '1', bootId: 'of another boot' };
    const record = {
      name: 'odd',
      file: '/odd/lab.yaml',
      builder: process,
      since: '',
      namespaces: [...odd, 'x\nfiles', 'node1'],
    };
    await writeFile(join(directory, 'state/odd.1-1.json'), JSON.stringify(record));
    env = { WIRELAB_STATE_DIR: join(directory, 'state') };
  });
  afterAll(async () => rm(directory, { recursive: true, force: true }));

  // At a real terminal: `lab` is a function that shows its arguments, and what is typed ends with Tab and Enter.
  const shells = {
    bash: {
      start: ['bash', '--noprofile', '--norc', '-i'],
      setUp: `PS1= PS2=; bind 'set enable-bracketed-paste off'; source <('${bin}' completion bash)`,
    },
    zsh: {
      start: ['zsh', '-f', '-i'],
      setUp: `PS1= PS2=; autoload -Uz compinit; compinit -u -D; source <('${bin}' completion zsh)`,
    },
  };

  async function typedInto(
    shell: keyof typeof shells,
    typed: readonly string[],
    then = ':',
  ): Promise<string[]> {
    const { start, setUp } = shells[shell];
    const show = `lab() { printf '\\n{'; printf '<%s>' "$@"; printf '}\\n'; }; npm() { lab npm "$@"; }`;
    const got = await execa('script', ['-qec', start.join(' '), '/dev/null'], {
      input: [`${setUp}; ${then}; ${show}`, ...typed.map((text) => `${text}\t`), 'exit', ''].join('\n'),
      cwd: join(directory, 'here'),
      env: { ...env, TERM: 'dumb', HOME: directory },
      reject: false,
      timeout: 60_000,
    });
    // A directory's slash is taken back by zsh where the word ends.
    return [...got.stdout.matchAll(/^\{(.*)\}\r?$/gm)].map(([, shown = '']) => shown.replaceAll('/>', '>'));
  }

  const lacking = async (program: string) =>
    (await execa('sh', ['-c', `command -v ${program}`], { reject: false })).exitCode !== 0;

  describe.each(Object.keys(shells) as (keyof typeof shells)[])('at a terminal with %s', (shell) => {
    test('commands, labs, options, choices, places, files and commands inside', async ({ skip }) => {
      skip(await lacking(shell), `${shell} is not installed`);
      const pairs = [
        ['lab doc', '<doctor>'],
        ['lab up same', '<up><same-node>'],
        ['bin/lab verify same', '<verify><same-node>'],
        ['lab same', '<same-node>'],
        ['lab test --all --strict', '<test><--all><--strict-skip>'],
        ['lab test --reporter ju', '<test><--reporter><junit>'],
        ['lab test --reporter=ju', '<test><--reporter=junit>'],
        ['lab exec flannel-vxlan gate', '<exec><flannel-vxlan><gateway>'],
        [
          'lab exec flannel-vxlan data-product-6664c6dcb9-tk',
          '<exec><flannel-vxlan><data-product-6664c6dcb9-tkmms>',
        ],
        [
          'lab --json exec flannel-vxlan gateway -- nsent',
          '<--json><exec><flannel-vxlan><gateway><--><nsenter>',
        ],
        ['lab exec flannel-vxlan gateway -- ls my-l', '<exec><flannel-vxlan><gateway><--><ls><my-labs>'],
        ['lab completion ba', '<completion><bash>'],
        ['lab up ./my', '<up><./my-labs>'],
        ['npm run lab dow', '<npm><run><lab><down>'],
        ['npm run lab -- up same', '<npm><run><lab><--><up><same-node>'],
      ] as const;
      // A path is a path to the shell, so a program that shows its arguments stands there.
      const typed = pairs.map(([words]) => words.replace(/^bin\//, ''));
      expect(await typedInto(shell, typed)).toEqual(pairs.map(([, want]) => want));
    });

    test('names that a shell would obey arrive as they are, and nothing is obeyed', async ({ skip }) => {
      skip(await lacking(shell), `${shell} is not installed`);
      const typed = odd.flatMap((name) => [
        `lab down ${quotedStart(name)}`,
        `lab shell odd ${quotedStart(name)}`,
      ]);
      const want = odd.flatMap((name) => [`<down><${name}>`, `<shell><odd><${name}>`]);
      expect(await typedInto(shell, typed, `export WIRELAB_ROOT='${directory}'`)).toEqual(want);
      expect(existsSync(join(directory, 'here/obeyed'))).toBe(false);
    });
  });

  /** As much of a name as tells it from the others, typed as one would. */
  function quotedStart(name: string): string {
    return name.slice(0, name === 'two words' ? 4 : 1).replaceAll(/\W/g, '\\$&');
  }

  test('in fish', async ({ skip }) => {
    skip(await lacking('fish'), 'fish is not installed');
    const complete = async (words: string, then = 'true') => {
      const script = `'${bin}' completion fish | source; ${then}; complete -C $argv[1]`;
      const got = await execa('fish', ['--no-config', '-c', script, words], {
        cwd: join(directory, 'here'),
        env: { ...env, HOME: directory },
      });
      return got.stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
    };
    expect(await complete('lab doc')).toEqual(['doctor']);
    expect(await complete('bin/lab up fl')).toEqual(['flannel-vxlan', 'flannel-vxlan-current']);
    expect(await complete('lab test --reporter=ju')).toEqual(['--reporter=junit']);
    expect(await complete('lab test --reporter ')).toEqual(['human', 'json', 'junit', 'tap']);
    expect(await complete('lab exec flannel-vxlan gate')).toEqual(['gateway']);
    expect(await complete('lab exec flannel-vxlan node1 -- nsent')).toEqual(['nsenter']);
    expect(await complete('lab up ./my')).toEqual(['./my-labs/']);
    expect(await complete('npm run lab dow')).toEqual(['down']);
    expect(new Set(await complete('lab shell odd '))).toEqual(new Set([...odd, 'node1']));
    expect(new Set(await complete('lab down ', `set -gx WIRELAB_ROOT ${directory}`))).toEqual(new Set(odd));
    expect(existsSync(join(directory, 'here/obeyed'))).toBe(false);
  });

  test('the script tells how to install it, and an unknown shell is told which there are', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await execa(bin, ['completion', shell])).stdout).toMatch(/^#.*For this shell:$/m);
    }
    expect(await execa(bin, ['completion', 'bsh'], { reject: false })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean bash?') as string,
    });
  });

  test('costs little more than starting Node', async () => {
    const cpuMs = async (file: string, argv: readonly string[]) => {
      const times = [];
      for (let round = 0; round < 5; round++) {
        // The shell's own children, in user and system time, as of times(1).
        const { stdout } = await execa('sh', ['-c', '"$@" >/dev/null; times', 'sh', file, ...argv], { env });
        const [, children = ''] = stdout.split('\n');
        const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
          ([, m, s]) => Number(m) * 60 + Number(s),
        );
        times.push(1_000 * seconds.reduce((sum, one) => sum + one, 0));
      }
      return Math.min(...times);
    };
    const bare = await cpuMs(process.execPath, ['-e', '0']);
    expect(await cpuMs(bin, ['--complete', 'bash', 'up', ''])).toBeLessThan(bare + 60);
  });

  test('says nothing where nothing is ready, and makes nothing ready', async () => {
    const got = await execa('sh', [bin, '--complete', 'bash', ''], {
      env: { WIRELAB_CACHE: join(directory, 'no-cache') },
      reject: false,
    });
    expect(got).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(existsSync(join(directory, 'no-cache'))).toBe(false);
  });
});
