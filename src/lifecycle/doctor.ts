import { release } from 'node:os';
import { neighbourLimit } from '../kernel/neighbour-limit.ts';
import { featureFindings, untriedFeatures } from './doctor/feature.ts';
import { asRoot, type Finding } from './doctor/finding.ts';
import { permissionFindings } from './doctor/permission.ts';
import { inPath, programFindings } from './doctor/program.ts';

export type { Finding } from './doctor/finding.ts';

/**
 * What this machine has and lacks for labs of the current user. Whatever can be tried is tried, in namespaces that are thrown away; nothing of the
 * machine is changed. Never fails: what goes wrong is a finding.
 */
export async function doctor(): Promise<Finding[]> {
  const path = process.env['PATH'] ?? '';
  const basis: Finding[] = [
    { name: 'kernel', ok: true, needed: true, detail: release() },
    { name: 'node', ok: true, needed: true, detail: process.version },
  ];
  const programs = programFindings(path);
  if (!inPath('unshare', path)) {
    const namespaces: Finding = {
      name: 'namespaces',
      ok: 'unknown',
      needed: true,
      detail: 'not tried without unshare',
    };
    return [
      ...basis,
      ...programs,
      namespaces,
      ...untriedFeatures(),
      neighbourFinding(await neighbourLimit(Infinity)),
    ];
  }
  const permissions = await permissionFindings();
  const possible = permissions.every(({ ok, needed }) => ok === true || !needed);
  return [
    ...basis,
    ...programs,
    ...permissions,
    ...(possible ? await featureFindings() : untriedFeatures()),
    neighbourFinding(await neighbourLimit(Infinity)),
  ];
}

/** All namespaces of a machine share one limit for neighbour entries that are learned (arp(7), gc_thresh3); past it the kernel drops packets. */
export function neighbourFinding(limit: number | undefined): Finding {
  const common = { name: 'neighbours', needed: false };
  if (limit === undefined) return { ...common, ok: 'unknown', detail: 'the limit cannot be read here' };
  // Two for each pod, at its own end and its node's, and four with flannel v0.7.
  const detail = `at most ${limit} entries on the whole machine (gc_thresh3), enough for ${Math.floor(limit / 4)} pods that all talk`;
  // The kernel's own default is 1024.
  if (limit >= 1024) return { ...common, ok: true, detail };
  return { ...common, ok: false, detail, fix: asRoot('sysctl -w net.ipv4.neigh.default.gc_thresh3=1024') };
}
