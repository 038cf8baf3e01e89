import type { Lab } from '../lab/lab.ts';
import type { Verdict } from '../run/event.ts';
import { build } from './build.ts';
import type { Context } from './context.ts';
import { verifyIn } from './verify.ts';

/**
 * Build a throw-away copy of a lab, verify it, remove it. It never outlives this call, has no record on disk, and does not meet a running lab
 * of the same name: each has its own sandbox.
 */
export async function test(lab: Lab, context: Context): Promise<Verdict> {
  await using built = await build(lab, context, { recorded: false });
  return await verifyIn(built.session, lab, built.want, context);
}
