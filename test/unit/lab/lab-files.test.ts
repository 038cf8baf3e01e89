import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLab, labsIn, loadLab } from '../../../src/lab/load.ts';
import { LabFileError } from '../../../src/lab/problem.ts';
import { Failure } from '../../../src/run/failure.ts';
import { problemsOf } from '../../helpers/lab-directory.ts';

const lab = 'name: test\ncluster:\n  nodes: [{name: node1, address: 192.0.2.1/24}]\n';
const withPods =
  lab.replace('192.0.2.1/24', '192.0.2.1/24, podCIDR: 10.0.0.0/24') + 'manifests: [pods.yaml]\n';
const pod = '{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {nodeName: node1}}\n';

describe('a file that is no lab', () => {
  it.each([
    ['empty', '', 'lab.yaml:1:1: found nothing; expected a lab, with the keys name and cluster'],
    ['nothing but comments', '# one\n# two\n', 'lab.yaml:1:1: found nothing'],
    ['a null', '~\n', 'lab.yaml:1:1: found nothing'],
    ['text', 'just text\n', 'lab.yaml:1:1: found "just text"; expected a lab file with the keys name,'],
    ['a list', '\n- name: test\n', 'lab.yaml:2:1: found a list; expected a lab file'],
    ['a number', '42\n', 'lab.yaml:1:1: found the number 42'],
    [
      'a text for the cluster',
      'name: test\ncluster: two nodes\n',
      'lab.yaml:2:10: found "two nodes"; expected a cluster with the keys nodes',
    ],
    ['a cluster of nothing', 'name: test\ncluster:\n', 'lab.yaml:2:1: found nothing; expected a cluster'],
    [
      'no nodes',
      'name: test\ncluster: {nodes: []}\n',
      'lab.yaml:2:18: found an empty list; expected at least one node',
    ],
    [
      'nodes that are no list',
      'name: test\ncluster: {nodes: {name: node1}}\n',
      'lab.yaml:2:18: found a mapping; expected a list of nodes',
    ],
    [
      'JSON of something else',
      '{"compilerOptions": {"strict": true}}',
      'lab.yaml:1:2: found the unknown key "compilerOptions"',
    ],
    ['several documents', `${lab}---\n${lab}`, 'lab.yaml:5:1: found a second document; expected one'],
  ])('%s', async (_, text, problem) => {
    expect(await problemsOf({ 'lab.yaml': text })).toContainEqual(expect.stringContaining(problem));
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffname: test\n', 'utf16le'), 'lab.yaml:1:1: found UTF-16; expected UTF-8'],
    [
      'Latin-1',
      Buffer.from('name: test\nsummary: Knödel\n', 'latin1'),
      'lab.yaml:2:12: found a byte that is not UTF-8',
    ],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'lab.yaml:1:1: found a byte that is not UTF-8',
    ],
    ['an ELF program', Buffer.from('7f454c46020101000000000000000000', 'hex'), 'lab.yaml:1:1:'],
  ])('%s', async (_, bytes, problem) => {
    expect((await problemsOf({ 'lab.yaml': bytes }))[0]).toContain(problem);
  });

  it('of 5 MB is not even read', async () => {
    const problems = await problemsOf({ 'lab.yaml': `${lab}# ${'x'.repeat(5_000_000)}\n` });
    expect(problems).toEqual(['lab.yaml: found 5.0 MB; expected at most 1.0 MB']);
  });

  it('may have a byte order mark, and lines that end as on Windows', async () => {
    expect(await problemsOf({ 'lab.yaml': `\ufeff${lab}` })).toEqual([]);
    expect(await problemsOf({ 'lab.yaml': lab.replaceAll('\n', '\r\n') })).toEqual([]);
    const wrong = lab.replace('192.0.2.1/24', '192.0.2.1/99').replaceAll('\n', '\r\n');
    expect((await problemsOf({ 'lab.yaml': wrong }))[0]).toMatch(/^lab\.yaml:3:34: found "192\.0\.2\.1\/99"/);
  });
});

describe('YAML', () => {
  it.each([
    ['a tab', 'name: test\ncluster:\n\tnodes: []\n', '3:1: found a tab as indentation; expected spaces'],
    [
      'a quote without end',
      'name: "test\ncluster: {}\n',
      '1:7: found a " without another that ends the text',
    ],
    ["a ' without end", "name: test\nsummary: 'it's\n", '2:'],
    [
      'a bracket without end',
      'name: test\ncluster: {nodes: [\n',
      '2:18: found a [ without the ] that ends it',
    ],
    [
      'a brace without end',
      'name: test\ncluster: {nodes: []\nchecks: []\n',
      '2:10: found a { without the } that ends it',
    ],
    [
      'no comma between keys',
      'name: test\ncluster: {bridge: cni0 flannel: {}}\n',
      '2:19: found a second "key: value" inside { } or [ ]; expected a comma',
    ],
    ['no comma between texts', 'manifests: ["a" "b"]\n', '1:17: found'],
    ['two colons', 'name: test\nsummary: first: second\n', '2:10: found a "key: value" inside another value'],
    [
      'no space after a colon',
      'name: test\nsummary:text\ncluster: {}\n',
      '2:1: found a "key: value" inside another value',
    ],
    ['no space after a colon in braces', '{name:test}\n', '1:2: found the unknown key "name:test"'],
    [
      'no space after a dash',
      'checks:\n  -mesh: {}\n',
      '2:3: found a mapping; expected a list of checks; is a space missing after the -?',
    ],
    [
      'no dash',
      'checks:\n  mesh: {}\n',
      '2:3: found a mapping; expected a list of checks; each entry begins with a -',
    ],
    [
      'too little indentation',
      'name: test\ncluster:\n  nodes: []\n bridge: docker0\n',
      '4:2: found a line that is indented differently',
    ],
    [
      'too much indentation',
      'name: test\ncluster:\n  nodes: []\n  checks: []\n',
      '4:3: found the unknown key "checks"; expected a key of a cluster: nodes, routers, hosts, segments, bridge, flannel; it is a key of a lab file: is it in the right place?',
    ],
    ['a line without a colon', 'name: test\nsummary\n', '2:1: found a line that is no "key: value"'],
    ['a tag', 'name: !secret test\n', '1:7: found a tag'],
    [
      'an unknown anchor',
      'name: test\nsummary: *all\n',
      '2:10: found *all, but nothing before it is named &all; a text that begins with * needs quotes',
    ],
    ['a bare star', 'name: test\nsummary: * > 1\n', '2:10: found a bare * or &; expected quotes'],
    [
      'an anchor that comes later',
      'name: *later\nsummary: &later text\n',
      '1:7: found *later, but nothing before it is named &later',
    ],
    ['a value in itself', 'name: &loop [*loop]\n', '1:14: found *loop inside the value'],
    [
      'a mapping merged with text',
      'name: &text test\ncluster: {<<: *text}\n',
      '2:11: found << with something that is no mapping',
    ],
    ['a key without a word', '{: 1}\n', '1:2: found a key that is no word'],
    ['a template', 'name: {{ name }}\n', '1:8: found a key that is no word'],
    [
      'an at sign',
      'name: @test\n',
      '1:7: found a text that begins with reserved character @; expected quotes',
    ],
    ['an escape that is none', 'name: "\\d+"\n', '1:8: found \\d in double quotes'],
    [
      'a bracket in a text',
      'requires: {kernel: [${MODULE}]}\n',
      '1:22: found two values side by side; expected a comma between them, or quotes',
    ],
    [
      'a key twice',
      'name: test\nsummary: a\nname: test\n',
      '3:1: found the key "name" twice; it is on line 1 already',
    ],
    ['__proto__', '__proto__: {name: test}\n', '1:1: found the unknown key "__proto__"'],
    ['constructor', 'constructor: 1\n', '1:1: found the unknown key "constructor"'],
    ['a Kubernetes manifest', pod, '1:1: found a Kubernetes manifest; expected a lab file'],
  ])('with %s', async (_, text, problem) => {
    expect(await problemsOf({ 'lab.yaml': text })).toContainEqual(
      expect.stringContaining(`lab.yaml:${problem}`),
    );
  });

  it('may have anchors, aliases and merges', async () => {
    const anchored =
      'name: test\ncluster:\n  nodes:\n    - &one {name: node1, address: 192.0.2.1/24, mtu: 1400}\n    - {<<: *one, name: node2, address: 192.0.2.2/24}\n';
    expect(await problemsOf({ 'lab.yaml': anchored })).toEqual([]);
    const wrong = anchored.replace('mtu: 1400', 'mtu: 14');
    expect((await problemsOf({ 'lab.yaml': wrong })).map((problem) => problem.split(': ')[0])).toEqual([
      'lab.yaml:4:54',
    ]);
  });

  it('whose aliases explode is refused where they do', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => {
      const repeated = Array.from({ length: 10 }, () => (index === 0 ? 'x' : `*a${index - 1}`));
      return `k${index}: &a${index} [${repeated.join(', ')}]\n`;
    });
    expect((await problemsOf({ 'lab.yaml': rows.join('') }))[0]).toMatch(
      /^lab\.yaml:4:\d+: found aliases that repeat more than 10000 values/,
    );
  });

  it.each([
    ['[', '['.repeat(900_000)],
    ['- ', '- '.repeat(450_000)],
    ['{a: ', '{a: '.repeat(200_000)],
    ['? ', '? '.repeat(400_000)],
    ['[[]]', `${'['.repeat(100)}${']'.repeat(100)}`],
  ])('nested with %s beyond measure is refused', async (_, text) => {
    expect(await problemsOf({ 'lab.yaml': text })).toEqual([
      expect.stringMatching(/^lab\.yaml:1:\d+: found values nested too deeply/),
    ]);
  });

  it('of a million words and marks is refused', async () => {
    expect((await problemsOf({ 'lab.yaml': `[${'1,'.repeat(450_000)}]` }))[0]).toContain(
      'found more than 600000 words and marks',
    );
  });
});

describe('a manifest', () => {
  it.each([
    ['pods.yaml', { 'pods.yaml': pod }, undefined],
    ['below/pods.yaml', { 'below/pods.yaml': pod }, undefined],
    ['./pods.yaml', { 'pods.yaml': pod }, undefined],
    [
      'pods.yaml',
      { 'pod.yaml': pod },
      'lab.yaml:4:13: found "pods.yaml": there is no such file; did you mean pod.yaml?',
    ],
    ['below', { 'below/pods.yaml': pod }, 'found "below": found a directory; expected a file'],
    ['../pods.yaml', {}, 'outside the directory of the lab'],
    ['below/../../pods.yaml', {}, 'outside the directory of the lab'],
    ['/etc/passwd', {}, 'outside the directory of the lab'],
    ['pods.yaml, pods.yaml', { 'pods.yaml': pod }, 'lab.yaml:4:24: found "pods.yaml" a second time'],
    ['pods.yaml, ./pods.yaml', { 'pods.yaml': pod }, 'a second time'],
    ['7', {}, 'lab.yaml:4:13: found the number 7; expected a file'],
    ['"a\\0b"', {}, 'lab.yaml:4:13: found "a\\u0000b"'],
  ])('%s of %j', async (name, files, problem) => {
    const problems = await problemsOf({ 'lab.yaml': withPods.replace('pods.yaml', name), ...files });
    if (problem === undefined) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['may be empty', '', []],
    ['may have empty documents', `---\n---\n${pod}---\n`, []],
    ['may be a List', `apiVersion: v1\nkind: List\nitems:\n- ${pod}`, []],
    ['may be an empty List', 'apiVersion: v1\nkind: List\nitems: []\n', []],
    [
      'may be JSON',
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"nodeName":"node1"},"status":{}}]}',
      [],
    ],
    ['is no text', 'pods\n', ['pods.yaml:1:1: found "pods"; expected a Kubernetes object']],
    ['is no bare list', `- ${pod}`, ['pods.yaml:1:1: found a list; expected a Kubernetes object']],
    [
      'is no List in a List',
      `kind: List\nitems:\n- kind: List\n  items: [${pod.trim()}]\n`,
      ['pods.yaml:4:10: found a List in a List'],
    ],
    [
      'is no List of text',
      'kind: List\nitems: [web]\n',
      ['pods.yaml:2:9: found "web"; expected a Kubernetes object'],
    ],
    [
      'has a List that is one',
      'kind: List\nitems: web\n',
      ['pods.yaml:2:8: found "web"; expected a list of objects'],
    ],
    ['has no syntax errors', `${pod}---\nkind: "Pod\n`, ['pods.yaml:3:7: found a " without another']],
    [
      'has --- between its documents',
      'apiVersion: v1\nkind: List\napiVersion: v1\n',
      [
        'pods.yaml:3:1: found the key "apiVersion" twice; it is on line 1 already; is a --- missing before it?',
      ],
    ],
    [
      'has a kind that is text',
      `kind: [Pod]\n`,
      ['pods.yaml:1:7: found a list as kind; expected Pod or List'],
    ],
  ])('%s', async (_, text, problems) => {
    expect(await problemsOf({ 'lab.yaml': withPods, 'pods.yaml': text })).toEqual(
      problems.map((problem) => expect.stringContaining(problem)),
    );
  });
});

describe('a place where labs are', () => {
  let directory = '';
  const put = (path: string, text: string): void => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const refusal = async (work: Promise<unknown>): Promise<Failure> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).kind).toBe('usage');
    return error as Failure;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wirelab-labs-'));
    put('labs/flannel-vxlan/lab.yaml', `${lab}summary: Two nodes\n`);
    put('labs/same-node/lab.yaml', lab);
    put('labs/broken/lab.yaml', 'summary: "\n');
    put('labs/empty/README.md', '');
    put('mine/lab.yaml', lab);
    put('other/my.yaml', lab);
    put('other/lab.yml', lab);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('lists directories with a lab.yaml, with what their summaries say', async () => {
    const labs = await labsIn(join(directory, 'labs'));
    expect(labs.map(({ name, summary }) => [name, summary])).toEqual([
      ['broken', ''],
      ['flannel-vxlan', 'Two nodes'],
      ['same-node', ''],
    ]);
    expect(await labsIn(join(directory, 'nowhere'))).toEqual([]);
  });

  it('knows a lab by its name, and any by its path', async () => {
    const labs = join(directory, 'labs');
    expect(await findLab('same-node', labs)).toBe(join(labs, 'same-node/lab.yaml'));
    expect(await findLab(join(directory, 'mine'), labs)).toBe(join(directory, 'mine/lab.yaml'));
    expect(await findLab(join(directory, 'mine/'), labs)).toBe(join(directory, 'mine/lab.yaml'));
    expect(await findLab(join(directory, 'other/my.yaml'), labs)).toBe(join(directory, 'other/my.yaml'));
  });

  it('says the nearest names for one that it does not know', async () => {
    const labs = join(directory, 'labs');
    const { message, hints } = await refusal(findLab('flanel-vxlan', labs));
    expect(message).toBe('there is no lab "flanel-vxlan"; did you mean flannel-vxlan?');
    expect(hints.join('\n')).toContain('broken, flannel-vxlan, same-node');
    expect((await refusal(findLab('labs/same-nod/lab.yaml', labs))).message).toContain(
      'did you mean same-node?',
    );
    expect((await refusal(findLab('', labs))).message).toBe('there is no lab ""');
    expect((await refusal(findLab('empty', labs))).message).toBe('there is no lab "empty"');
    expect((await refusal(findLab('a\0b', labs))).message).toContain('there is no lab');
    expect((await refusal(findLab('./nowhere', labs))).message).toContain(
      'there is no lab file or directory "./nowhere"',
    );
    expect((await refusal(findLab('x'.repeat(100_000), labs))).message.length).toBeLessThan(200);
  });

  it('says why a path is no lab', async () => {
    const why = async (path: string): Promise<string> => {
      const error = await refusal(loadLab(join(directory, path)));
      expect(error).toBeInstanceOf(LabFileError);
      return (error as LabFileError).problems[0]!.message;
    };
    symlinkSync('circle', join(directory, 'circle'));
    expect(await why('other')).toBe('found a directory without lab.yaml; expected one; is it "lab.yml"?');
    expect(await why('labs/empty')).toBe('found a directory without lab.yaml; expected one');
    expect(await why('nowhere/lab.yaml')).toBe('there is no such file');
    expect(await why('mine/lab.yaml/lab.yaml')).toBe('a part of the path is no directory');
    expect(await why('circle')).toBe('its symbolic links go round in a circle');
    expect(await why('x'.repeat(300))).toBe('the path is too long');
    expect(await why('a\0b')).toBe('the path contains a null byte');
    const { message } = await refusal(loadLab('/dev/null'));
    expect(message).toBe('/dev/null: found a device, pipe or socket; expected a file');
  });

  it('does not let a manifest lead out of its lab by a symbolic link', async () => {
    put('mine/lab.yaml', withPods);
    put('pods.yaml', pod);
    symlinkSync('../pods.yaml', join(directory, 'mine/pods.yaml'));
    const { message } = await refusal(loadLab(join(directory, 'mine')));
    expect(message).toContain('outside the directory of the lab');
  });

  it('may itself be behind a symbolic link', async () => {
    put('mine/lab.yaml', withPods);
    put('mine/pods.yaml', pod);
    symlinkSync('mine', join(directory, 'link'));
    expect((await loadLab(join(directory, 'link'))).cluster.pods).toHaveLength(1);
  });

  it('says that permission is denied', async () => {
    chmodSync(join(directory, 'mine/lab.yaml'), 0o000);
    const isRoot = process.geteuid?.() === 0;
    // Root may read everything: be nobody for a moment. Reading is synchronous, so nothing else is.
    if (isRoot) process.seteuid?.(65534);
    try {
      const { message } = await refusal(loadLab(join(directory, 'mine')));
      expect(message).toContain('permission to read it is denied');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('is shown relative to where one is, with line and column, in the message', async () => {
    put('mine/lab.yaml', lab.replace('192.0.2.1/24', '192.0.2.1'));
    const before = process.cwd();
    process.chdir(directory);
    try {
      const { message } = await refusal(loadLab('mine'));
      expect(message).toMatch(/^mine\/lab\.yaml:3:34: found "192\.0\.2\.1": the prefix length is missing/);
    } finally {
      process.chdir(before);
    }
  });
});
