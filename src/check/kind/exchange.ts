import { randomBytes } from 'node:crypto';
import { PROGRAM_INSIDE } from '../../sandbox/layout.ts';
import type { Exchange, Http } from '../spec.ts';
import { isAddress, namespaceOf, targetAddress, type Outcome, type Surroundings } from '../surroundings.ts';
import { untried, type Obstacle } from '../untried.ts';

/** A message over TCP or UDP to a listener of our own in `to`, and back (src/inside/exchange.pl); it begins with `tag`. */
export async function exchange(
  around: Surroundings,
  kind: 'tcp' | 'udp',
  claim: Exchange,
  tag?: string,
): Promise<Outcome> {
  const size = claim.size ?? 64;
  const head = Buffer.from(tag ?? randomBytes(8).toString('hex'), 'hex');
  const message = Buffer.concat([head, Buffer.alloc(Math.max(0, size - head.length), 0x2e)]);
  const to = isAddress(claim.to) ? undefined : namespaceOf(around, claim.to);
  const address = claim.address ?? targetAddress(around, claim.to);
  const through = `${kind} ${address}:${claim.port}`;
  const want = [
    `${message.length} bytes to ${through} and back unchanged`,
    ...(claim.source === undefined ? [] : [`the listener sees the client as ${claim.source}`]),
  ];
  const answers = await talk(around, claim.waitMs ?? 1000, {
    kind,
    from: namespaceOf(around, claim.from),
    ...(to === undefined ? {} : { to }),
    address,
    port: String(claim.port),
    message: message.toString('hex'),
  });
  if ('why' in answers) return untried(want, answers);
  const client = answers.get('client')?.replace(/:\d+$/, '');
  const error = answers.get('error');
  const wrongSource = claim.source !== undefined && client !== claim.source;
  return {
    holds: error === undefined && !wrongSource,
    want,
    ports: { client: Number(answers.get('port')), server: claim.port },
    got: [
      error === undefined
        ? `${message.length} bytes to ${through} and back unchanged`
        : `${through}: ${error}`,
      ...(client === undefined ? [] : [`the listener sees the client as ${client}`]),
    ],
  };
}

/** A GET request, to a responder of our own in `to` or to whoever serves `url`. */
export async function http(around: Surroundings, claim: Http): Promise<Outcome> {
  const url = claim.url === undefined ? undefined : new URL(claim.url);
  const to = claim.to === undefined ? undefined : namespaceOf(around, claim.to);
  const address = url ? targetAddress(around, url.hostname) : targetAddress(around, claim.to ?? '');
  const port = url ? Number(url.port || 80) : (claim.port ?? 80);
  const wantStatus = String(claim.status ?? 200);
  const want = [
    `status ${wantStatus} from ${address}:${port}`,
    ...(claim.body === undefined ? [] : [`a body that matches /${claim.body}/`]),
  ];
  const answers = await talk(around, claim.waitMs ?? 1000, {
    kind: 'http',
    from: namespaceOf(around, claim.from),
    ...(to === undefined || url ? {} : { to }),
    address,
    port: String(port),
    path: url ? `${url.pathname}${url.search}` : (claim.path ?? '/'),
    host: claim.host ?? url?.host ?? address,
    name: to ?? '',
  });
  if ('why' in answers) return untried(want, answers);
  const error = answers.get('error');
  const status = answers.get('status');
  const body = Buffer.from(answers.get('body') ?? '', 'hex').toString('utf8');
  const bodyFits = claim.body === undefined || new RegExp(claim.body, 'm').test(body);
  return {
    holds: error === undefined && status === wantStatus && bodyFits,
    want,
    ports: { client: Number(answers.get('port')), server: port },
    got: [
      error ?? `status ${status}`,
      ...(error === undefined ? [`body ${JSON.stringify(body.slice(0, 500))}`] : []),
    ],
  };
}

async function talk(
  around: Surroundings,
  waitMs: number,
  words: Record<string, string>,
): Promise<Map<string, string> | Obstacle> {
  const argv = Object.entries({ ...words, milliseconds: String(waitMs) }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const result = await around.session.run(['perl', `${PROGRAM_INSIDE}/exchange.pl`, ...argv], {
    timeoutMs: waitMs + 5000,
    signal: around.signal,
    env: { WIRELAB_ARCH: process.arch },
  });
  const answers = new Map<string, string>();
  for (const line of result.stdout.split('\n')) {
    const cut = line.indexOf(' ');
    if (cut > 0) answers.set(line.slice(0, cut), line.slice(cut + 1));
  }
  if (result.exitCode === 0 || answers.has('error')) return answers;
  const why = answers.get('cannot') ?? (result.stderr.trim() || `exit code ${result.exitCode}`);
  return { why, lacking: result.exitCode === 127 };
}
