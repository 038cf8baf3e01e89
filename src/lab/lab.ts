import type { CheckSpec } from '../check/spec.ts';
import type { Cluster } from '../model/cluster.ts';

/** A lab as its directory describes it, checked and with every default filled in. */
export interface Lab {
  name: string;
  summary: string;
  /** Absolute path of the lab file. */
  file: string;
  cluster: Cluster;
  checks: CheckSpec[];
  requires: {
    /** Kernel features by module name: vxlan, bridge, br_netfilter, ip_vs ... */
    kernel: string[];
    /** Programs beyond the base set, e.g. `ipvsadm`. */
    binaries: string[];
  };
}
