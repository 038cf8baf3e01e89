import type { Row } from './row.ts';
import { emptyObserved, type KernelState, type NamespaceState, type ObservedNamespace } from './state.ts';
import { tables } from './table.ts';

/** A row that is not as the lab wants it. */
export interface Difference extends Row {
  what: Exclude<Row['what'], 'right'>;
}

export const isDifference = (row: Row): row is Difference => row.what !== 'right';

/** All that differs in one namespace. */
export function differences(want: NamespaceState, got: ObservedNamespace): Difference[] {
  return tables(want, got).filter(isDifference);
}

/** All rows of a lab: those of namespaces that are missing are missing, and a namespace that nobody wants is one foreign row. */
export function allTables(want: KernelState, observed: ReadonlyMap<string, ObservedNamespace>): Row[] {
  const wanted = new Set(want.namespaces.map(({ name }) => name));
  const foreign = [...observed.keys()].filter((name) => !wanted.has(name));
  return [
    ...want.namespaces.flatMap((namespace) => [
      namespaceRow(namespace, observed.has(namespace.name)),
      ...tables(namespace, observed.get(namespace.name) ?? emptyObserved(namespace.name)),
    ]),
    ...foreign.map((name): Row => ({
      namespace: name,
      kind: 'namespace',
      key: 'namespace',
      what: 'foreign',
      row: `netns ${name}`,
      details: [],
    })),
  ];
}

const ROLES: Record<NamespaceState['role'], string> = {
  node: 'a node of the cluster',
  pod: 'a pod',
  segment: 'the switch of a network segment',
  router: 'a router of the underlay',
  host: 'a host outside the cluster',
};

const namespaceRow = ({ name, role }: NamespaceState, isThere: boolean): Row => ({
  namespace: name,
  kind: 'namespace',
  key: 'namespace',
  what: isThere ? 'right' : 'missing',
  row: `netns ${name}`,
  details: [],
  reason: { owner: role === 'node' || role === 'pod' ? 'lab' : 'underlay', why: ROLES[role] },
});

export const allDifferences = (
  want: KernelState,
  observed: ReadonlyMap<string, ObservedNamespace>,
): Difference[] => allTables(want, observed).filter(isDifference);
