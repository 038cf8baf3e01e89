import * as z from 'zod/mini';
import { labelProblem, nearest, subdomainProblem } from '../model/names.ts';
import { lineProblem, text } from './schema-scalar.ts';
import { found, validated } from './validate.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/**
 * Kubernetes manifests as kubectl prints and takes them. Only what a network needs is read; every other field is left alone.
 * In annotations `wirelab/...` a pod can ask for what a real cluster leaves to chance.
 */

const supported = ['Pod', 'List'];

const strings = z.nullable(z.record(z.string(), z.string({ error: 'text, as Kubernetes demands here' })));

const podSchema = z.looseObject({
  metadata: z.looseObject({
    name: text("a pod's name, e.g. web-1", (value) => subdomainProblem(value)),
    namespace: z.exactOptional(
      text('the name of a Kubernetes namespace, e.g. default', (value) => labelProblem(value)),
    ),
    labels: z.exactOptional(strings),
    annotations: z.exactOptional(strings),
  }),
  spec: z.looseObject({
    nodeName: text('the name of a node, as there is no scheduler here', lineProblem),
    hostNetwork: z.exactOptional(z.boolean()),
  }),
  status: z.exactOptional(
    z.nullable(z.looseObject({ podIP: z.exactOptional(z.string({ error: "the pod's IPv4 address" })) })),
  ),
});

export type PodEntry = z.infer<typeof podSchema>;

/** A pod of a manifest and where it stands. `pod` is undefined when it does not fit, which has been reported. */
export interface PodSource {
  document: YamlDocument;
  path: Path;
  pod: PodEntry | undefined;
  /** Its namespace and name, as far as they can be read. */
  name: string | undefined;
  namespace: string;
}

/** The pods of one document: one, or those of a List. */
export function podSources(document: YamlDocument): PodSource[] {
  return objects(document).flatMap((path) => {
    const value = valueAt(document.value, path);
    const metadata = valueAt(value, ['metadata']);
    const name = valueAt(metadata, ['name']);
    const namespace = valueAt(metadata, ['namespace']);
    const isMiscased = reportMiscased(document, path, value);
    return {
      document,
      path,
      pod: isMiscased ? undefined : validated(podSchema, { document, path, value }),
      name: typeof name === 'string' ? name : undefined,
      namespace: typeof namespace === 'string' ? namespace : 'default',
    };
  });
}

/** Paths of the Pod objects. */
function objects(document: YamlDocument, path: Path = []): Path[] {
  const value = valueAt(document.value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    document.report(
      path,
      `found ${found(value, document.written(path))}; expected a Kubernetes object with kind ${supported.join(' or ')}`,
    );
    return [];
  }
  const kind = valueAt(value, ['kind']);
  const version = valueAt(value, ['apiVersion']);
  if (kind === undefined || typeof kind !== 'string') {
    const words = kind === undefined ? 'the key kind is missing' : `found ${found(kind)} as kind`;
    document.report([...path, 'kind'], `${words}; expected ${supported.join(' or ')}`);
    return [];
  }
  if (!supported.includes(kind)) {
    const near = nearest(kind, supported);
    const advice = near === undefined ? 'other kinds are not there yet' : `did you mean ${near}?`;
    document.report(
      [...path, 'kind'],
      `found the kind ${found(kind)}; expected ${supported.join(' or ')}; ${advice}`,
    );
    return [];
  }
  if (version !== undefined && version !== 'v1')
    document.report(
      [...path, 'apiVersion'],
      `found ${found(version, document.written([...path, 'apiVersion']))}; expected v1, which is that of ${kind}`,
    );
  if (kind === 'Pod') return [path];
  const items = valueAt(value, ['items']);
  if (items === undefined || items === null) return [];
  if (Array.isArray(items) && path.length === 0)
    return items.flatMap((_, index) => objects(document, ['items', index]));
  document.report(
    [...path, 'items'],
    path.length === 0
      ? `found ${found(items)}; expected a list of objects`
      : 'found a List in a List; expected pods',
  );
  return [];
}

/** A field that is read here, in the wrong case, would silently be taken for one of the many that are not. Whether there is one. */
function reportMiscased(document: YamlDocument, path: Path, value: unknown): boolean {
  let isMiscased = false;
  const read: [Path, string[]][] = [
    [[], ['metadata', 'spec', 'status']],
    [['metadata'], ['name', 'namespace', 'labels', 'annotations']],
    [['spec'], ['nodeName', 'hostNetwork']],
    [['status'], ['podIP']],
  ];
  for (const [below, fields] of read) {
    const mapping = valueAt(value, below);
    if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) continue;
    for (const key of Object.keys(mapping)) {
      if (fields.includes(key)) continue;
      const field = fields.find((candidate) => candidate.toLowerCase() === key.toLowerCase());
      if (field === undefined) continue;
      isMiscased = true;
      document.reportKey(
        [...path, ...below, key],
        `found the key ${found(key)}; expected ${field}, as Kubernetes writes it`,
      );
    }
  }
  return isMiscased;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
