import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { withAddresses } from '../../../src/lab/filter-names.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { loadLab } from '../../../src/lab/load.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await loadLab(join(import.meta.dirname, '../../../labs/flannel-vxlan/lab.yaml'));
});

test.each([
  ['host data-product-6664c6dcb9-tkmms', 'host 172.30.9.2'],
  [
    'icmp and (src host node1 or dst host node2)',
    'icmp and (src host 192.168.0.21 or dst host 192.168.0.22)',
  ],
  ['host node1 or node2 and not outside', 'host 192.168.0.21 or 192.168.0.22 and not 203.0.113.10'],
  ['src host gateway', 'src host (192.168.0.1 or 203.0.113.1)'],
  // Whole names only, and hosts only.
  ['host data-product', 'host data-product'],
  ['port node1', 'port node1'],
  ['tcp[13] & 2 != 0 and net 172.30.0.0/16', 'tcp[13] & 2 != 0 and net 172.30.0.0/16'],
])('%j means %j', (filter, want) => {
  expect(withAddresses(filter, lab.cluster)).toBe(want);
});
