import { afterEach, describe, expect, it, vi } from 'vitest';
import { commands } from '../../../src/cli/command.ts';
import { shortHelp } from '../../../src/cli/help.ts';
import { helpText } from '../../../src/cli/parser.ts';
import { asTyped, typed } from '../../../src/cli/wording.ts';

afterEach(() => vi.unstubAllEnvs());

const asNpm = { npm_lifecycle_event: 'lab' };

describe('help', () => {
  it('without words begins with the one command to try', () => {
    expect(shortHelp(['flannel-vxlan', 'same-node'], {})).toMatch(/^Try: +bin\/lab flannel-vxlan\n/);
    expect(shortHelp(['flannel-vxlan'], asNpm)).toMatch(/^Try: +npm run lab flannel-vxlan\n/);
    expect(shortHelp(['mine'], {})).toMatch(/^Try: +bin\/lab mine\n/);
  });

  it('names every command and every exit code', async () => {
    const text = await helpText(undefined);
    for (const { name } of commands) expect(text).toContain(`bin/lab ${name}`);
    for (const code of [0, 1, 2, 3, 4, 125, 126, 127])
      expect(text).toMatch(new RegExp(`^ {2}${code} +\\w`, 'm'));
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    'of %s names its options and its exit codes',
    async (name, command) => {
      const text = await helpText(command);
      expect(text.split('\n')[0]).toContain(`bin/lab ${name}`);
      for (const option of command.options) expect(text).toContain(`--${option}`);
      expect(text).toContain(command.exit === 'enter' ? '128+n' : 'a check failed');
    },
  );

  it('fits on a page', async () => {
    for (const text of [shortHelp(['flannel-vxlan']), await helpText(undefined)]) {
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });
});

describe('what the reader is told to type', () => {
  it('is what works where he started from', () => {
    expect(typed('down --all', {})).toBe('bin/lab down --all');
    // npm 9: `npm run lab down --all` would keep --all for itself.
    expect(typed('down --all', asNpm)).toBe('npm run lab -- down --all');
    expect(typed('down same-node', asNpm)).toBe('npm run lab down same-node');
    // npm takes the first -- away; exec knows where its command begins without it.
    expect(typed('exec same-node node1 -- ip -d route', asNpm)).toBe(
      'npm run lab exec same-node node1 -- ip -d route',
    );
    expect(typed('list', { npm_lifecycle_event: 'test' })).toBe('bin/lab list');
  });

  it('is the same for hints from below the command line', () => {
    expect(asTyped('bin/lab up same-node', asNpm)).toBe('npm run lab up same-node');
    expect(asTyped('bin/lab up same-node', {})).toBe('bin/lab up same-node');
    expect(asTyped('sudo apt-get install iproute2', asNpm)).toBe('sudo apt-get install iproute2');
  });
});
