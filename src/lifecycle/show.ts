import { MOST_SEARCHED } from '../kernel/observe.ts';
import type { Row } from '../kernel/row.ts';
import type { Lab } from '../lab/lab.ts';
import { resolveName } from '../lab/resolve-name.ts';
import { lookAt, runningLab } from './running.ts';

/** All rows of one namespace of a running lab. Throws Failure: `build` when it is not running, `usage` for a name that it does not have. */
export async function show(lab: Lab, where: string): Promise<{ namespace: string; rows: Row[] }> {
  await using running = await runningLab(lab, () => undefined);
  const names = running.want.namespaces.map(({ name }) => name);
  const namespace = resolveName(where, names);
  // The other end of each veth is part of the picture, but of a large lab it would cost more than the answer is worth.
  const isSmall = names.length <= MOST_SEARCHED;
  const { namespaces } = running.want;
  const want = isSmall ? running.want : { namespaces: namespaces.filter(({ name }) => name === namespace) };
  const { rows } = await lookAt({ ...running, want });
  return { namespace, rows: rows.filter((row) => row.namespace === namespace) };
}
