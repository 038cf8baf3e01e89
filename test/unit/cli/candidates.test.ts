import { describe, expect, it } from 'vitest';
import { type Completion, completion, type NameSource } from '../../../src/cli/candidates.ts';
import { type Command, commands } from '../../../src/cli/command.ts';
import { options } from '../../../src/cli/option.ts';

const asked: string[] = [];
const names: NameSource = {
  labs: () => ['flannel-vxlan', 'same-node'],
  async places(lab) {
    asked.push(lab);
    return ['node1', 'node2', 'shop.web'];
  },
  devices: async (lab, place) => [`eth0-of-${place}-of-${lab}`],
};

/** `complete('up fl')`: the last word is at the cursor. */
async function complete(line: string, table?: readonly Command[]): Promise<Completion> {
  const words = line.split(' ');
  return await completion(words.slice(0, -1), words.at(-1) ?? '', names, table);
}
const values = async (line: string, table?: readonly Command[]) =>
  (await complete(line, table)).candidates.map(({ value }) => value);

describe('what may stand at the cursor', () => {
  it('is first a command or a lab, each command with what it does', async () => {
    const { candidates, files } = await complete('');
    expect(candidates.map(({ value }) => value)).toEqual([
      ...commands.map(({ name }) => name),
      'flannel-vxlan',
      'same-node',
    ]);
    expect(candidates[0]?.describe).toBe(commands[0]?.summary);
    expect(files).toBe(true);
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    'are the options of %s, each once',
    async (name, command) => {
      expect(await values(`${name} --`)).toEqual(command.options.map((option) => `--${option}`));
      expect(await values(`${name} --json --`)).not.toContain('--json');
      expect(await values(`--json ${name} --`)).not.toContain('--json');
    },
  );

  it('are the options of run where no command is named', async () => {
    expect(await values('--sl')).toContain('--slow');
    expect(await values('flannel-vxlan --')).toEqual(await values('run flannel-vxlan --'));
  });

  it.each(Object.keys(options))('are the choices of --%s, in both forms', async (name) => {
    const { choices, value, type } = (
      options as Record<string, { choices?: readonly string[]; value?: string; type: string }>
    )[name]!;
    if (type === 'boolean') return;
    const want = {
      candidates: (choices ?? []).map((choice) => ({ value: choice })),
      ...(value === 'FILE' ? { files: true } : {}),
    };
    expect(await complete(`test --${name} `)).toEqual(want);
    expect(await values(`test --${name}=`)).toEqual((choices ?? []).map((choice) => `--${name}=${choice}`));
  });

  it('is a word again behind the value of an option', async () => {
    expect(await values('test --reporter tap ')).toEqual(['flannel-vxlan', 'same-node']);
    expect(await values('test --reporter=tap ')).toEqual(['flannel-vxlan', 'same-node']);
  });

  it('are labs, and of several no one twice', async () => {
    expect(await values('up ')).toEqual(['flannel-vxlan', 'same-node']);
    expect(await values('test flannel-vxlan ')).toEqual(['same-node']);
    expect(await values('up flannel-vxlan ')).toEqual([]);
  });

  it('are the places of the lab that was named, wherever options stand', async () => {
    asked.length = 0;
    expect(await values('shell flannel-vxlan ')).toEqual(['node1', 'node2', 'shop.web']);
    expect(await values('--verbose exec --json ./mine n')).toEqual(['node1', 'node2', 'shop.web']);
    expect(asked).toEqual(['flannel-vxlan', './mine']);
  });

  it('is a command of the shell behind exec LAB PLACE, with or without --', async () => {
    expect(await values('exec flannel-vxlan node1 ')).toEqual(['--']);
    expect((await complete('exec flannel-vxlan node1 -- ')).commandAt).toBe(4);
    expect((await complete('exec flannel-vxlan node1 -- ip -d li')).commandAt).toBe(4);
    expect((await complete('--json exec flannel-vxlan node1 ip ro')).commandAt).toBe(4);
    expect((await complete('-- exec flannel-vxlan node1 -- ')).commandAt).toBe(5);
  });

  it('is no option behind --', async () => {
    expect(await values('test -- --re')).toEqual(['flannel-vxlan', 'same-node']);
  });

  it('is what the help lists for other words', async () => {
    expect(await values('completion ')).toEqual(['bash', 'zsh', 'fish']);
    expect(await complete('validate ')).toEqual({ candidates: [], files: true });
  });
});

describe('a command that nobody has thought of yet', () => {
  const table: Command[] = [
    {
      name: 'watch',
      words: '<lab> <places..>',
      shown: '<lab> <node|pod[/device]>...',
      summary: 'a test',
      options: ['help'],
      exit: 'run',
      run: async () => 0,
    },
    {
      name: 'rows',
      words: '<lab> <where> [table]',
      shown: '<lab> <node|pod> [links|routes|all]',
      summary: 'a test',
      options: ['help'],
      exit: 'run',
      run: async () => 0,
    },
  ];
  it('is completed from its entry: places with their devices, and listed words', async () => {
    expect(await values('', table)).toEqual(['watch', 'rows', 'flannel-vxlan', 'same-node']);
    expect(await values('watch mine node1 n', table)).toEqual(['node2', 'shop.web']);
    expect(await values('watch mine node1/', table)).toEqual(['node1/eth0-of-node1-of-mine']);
    expect(await values('rows mine node1 ', table)).toEqual(['links', 'routes', 'all']);
    expect(await values('rows mine node1 all ', table)).toEqual([]);
  });
});
