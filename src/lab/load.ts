import type { Cluster } from '../model/cluster.ts';
import { podNetns } from '../model/names.ts';
import { checkSpecs } from './checks.ts';
import type { Lab } from './lab.ts';
import { labFileOf } from './lab-file.ts';
import { labParts, type LabParts } from './lab-parts.ts';
import type { PodSource } from './manifest.ts';
import { namesOf } from './names.ts';
import { nodeLayer } from './nodes.ts';
import { podFiles } from './pod-files.ts';
import { pods } from './pods.ts';
import { ProblemList } from './problem.ts';
import { readText } from './read-text.ts';
import { Taken } from './taken.ts';
import { underlay } from './underlay.ts';
import { readYaml } from './yaml.ts';
import type { YamlDocument } from './yaml-document.ts';

export { findLab, labsIn } from './lab-file.ts';

/**
 * Reads a lab: a lab file, or a directory with a `lab.yaml`, and the manifests that it names. Everything in it is checked and every default
 * filled in. Throws a LabFileError with all problems of all files, each with its place; a wrong file is never a defect of this program.
 *
 *   lab.yaml ── parts that fit the schema ──┬── names ── underlay ── nodes ──┬── pods ── checks ── Lab
 *   pods.yaml ── pods that fit theirs ──────┘                               │
 *   what fits goes on, what does not is reported and left out ──────────────┘
 */
export async function loadLab(path: string): Promise<Lab> {
  const problems = new ProblemList();
  const document = labDocument(labFileOf(path), problems);
  const parts = labParts(document);
  const taken = new Taken();
  if (!claimNames(parts, document, taken)) parts.namesAreComplete = false;
  const { sources, areComplete } = podFiles(parts.manifests, document, problems);
  const podsAreComplete = claimPodNames(sources, taken) && areComplete;
  const { gateways, ...outside } = underlay(parts, document, taken);
  const { devices, ...inside } = nodeLayer(parts, document, { taken, gateways });
  const cluster: Cluster = {
    ...outside,
    ...inside,
    pods: pods(sources, { layer: { ...inside, devices }, taken, parts }),
  };
  const names = namesOf(cluster, devices, {
    doubtful: new Set([...parts.doubtful, ...sources.flatMap((source) => netnsOf(source) ?? [])]),
    areComplete: parts.namesAreComplete && podsAreComplete,
  });
  const { flannelIsDoubtful } = parts;
  const checks = checkSpecs(parts.checks, { document, names, flannel: cluster.flannel, flannelIsDoubtful });
  problems.throwIfAny();
  const { name = '', summary = '', requires } = parts.head ?? {};
  const { kernel = [], binaries = [] } = requires ?? {};
  return { name, summary, file: document.file, cluster, checks, requires: { kernel, binaries } };
}

function labDocument(file: string, problems: ProblemList): YamlDocument {
  const read = readText(file);
  if ('problem' in read) problems.add(file, read.position, read.problem);
  const [document, second] = 'text' in read ? readYaml({ file, text: read.text, problems }) : [];
  if (document !== undefined && isManifest(document.value)) {
    document.report(
      [],
      'found a Kubernetes manifest; expected a lab file, which names its manifests under the key manifests',
    );
    problems.raise();
  }
  second?.report([], 'found a second document; expected one, as a lab file describes one lab');
  if (document !== undefined) return document;
  if (problems.isEmpty)
    problems.add(
      file,
      { line: 1, column: 1 },
      'found nothing; expected a lab, with the keys name and cluster',
    );
  return problems.raise();
}

/** Only a manifest has both. */
function isManifest(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value;
}

/**
 * Whether every name is somebody's alone. One that two have is likely to be wrong in one place, so what others call it may be right; the second
 * of the two is left out of what follows.
 */
function claimNames(parts: LabParts, document: YamlDocument, taken: Taken): boolean {
  const lists = { nodes: 'node', routers: 'router', hosts: 'host', segments: 'segment' } as const;
  const claims = (['nodes', 'routers', 'hosts', 'segments'] as const).flatMap((list) =>
    parts[list].map((entry, index) => {
      if (entry === undefined) return true;
      const path = ['cluster', list, index, 'name'];
      const isOwn = taken.name(entry.name, { what: `${lists[list]} "${entry.name}"`, document, path });
      if (!isOwn) parts[list][index] = undefined;
      return isOwn;
    }),
  );
  return claims.every(Boolean);
}

function claimPodNames(sources: PodSource[], taken: Taken): boolean {
  const claims = sources.map((source) => {
    const netns = netnsOf(source);
    if (source.pod === undefined || netns === undefined) return source.pod !== undefined;
    const path = [...source.path, 'metadata', 'name'];
    const isOwn = taken.name(netns, { what: `pod "${netns}"`, document: source.document, path });
    if (!isOwn) source.pod = undefined;
    return isOwn;
  });
  return claims.every(Boolean);
}

/** A pod's namespace name, as far as its manifest can be read. */
function netnsOf({ name, namespace }: PodSource): string | undefined {
  return name === undefined ? undefined : podNetns(namespace, name);
}
