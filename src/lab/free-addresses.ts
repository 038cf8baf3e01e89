import { hostCount, nthAddress } from '../model/cidr.ts';
import type { Node } from '../model/cluster.ts';
import type { Owner, Taken } from './taken.ts';

/** The next free host address of each podCIDR, from its second address up: the first is the bridge's. */
export class FreeAddresses {
  /** Where to go on, by podCIDR. */
  private readonly positions = new Map<string, number>();
  private readonly taken: Taken;

  constructor(taken: Taken) {
    this.taken = taken;
  }

  /** Claims the address for its owner; undefined when there is none left. */
  next({ podCIDR = '' }: Pick<Node, 'podCIDR'>, owner: Owner): string | undefined {
    const last = hostCount(podCIDR);
    for (let position = this.positions.get(podCIDR) ?? 2; position <= last; position++) {
      this.positions.set(podCIDR, position + 1);
      const address = nthAddress(podCIDR, position);
      if (!this.taken.hasAddress(address) && this.taken.address(address, owner)) return address;
    }
    return undefined;
  }
}
