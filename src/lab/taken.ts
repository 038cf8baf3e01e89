import { basename } from 'node:path';
import { found } from './validate.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** Who has something that nobody else may have, and where the file says so. */
export interface Owner {
  /** `node "node1"` */
  what: string;
  document: YamlDocument;
  path: Path;
}

/** Names that mean something else to the kernel or to the commands of the documents. */
const reserved = new Map([
  ['all', '"all" has a meaning of its own in net.ipv4.conf and ip(8)'],
  ['default', '"default" has a meaning of its own in net.ipv4.conf and ip(8)'],
  ['lo', '"lo" is the loopback device of every namespace'],
  ['br0', '"br0" is the bridge of each segment'],
  ['localhost', '"localhost" is 127.0.0.1 everywhere'],
  ['none', '"none" turns things off in lab files'],
]);

/** What of a lab must be unique. Each method claims something for an owner, or reports at the owner's place that another one has it. */
export class Taken {
  private readonly names = new Map<string, Owner>();
  private readonly addresses = new Map<string, Owner>();
  private readonly macs = new Map<string, Owner>();
  private readonly devices = new Map<string, Owner>();

  /** Nodes, pods, routers, hosts and segments share the names of network namespaces. */
  name(name: string, owner: Owner): boolean {
    const reason = reserved.get(name);
    if (reason !== undefined) {
      owner.document.report(owner.path, `found the name ${found(name)}; expected another one, as ${reason}`);
      return false;
    }
    return claimed(this.names, name, owner, `the name ${found(name)}`, 'each name is a network namespace');
  }

  address(address: string, owner: Owner): boolean {
    return claimed(this.addresses, address, owner, `the address ${address}`);
  }

  mac(mac: string, owner: Owner): boolean {
    return claimed(this.macs, mac, owner, `the MAC ${mac}`);
  }

  /** A device on a node, or an ifindex there, written `node1/veth1`, `node1/49`. */
  device(place: string, owner: Owner, words: string): boolean {
    return claimed(this.devices, place, owner, words);
  }

  isFreeName(name: string): boolean {
    return !this.names.has(name);
  }

  hasAddress(address: string): boolean {
    return this.addresses.has(address);
  }

  /** The first of the seeds `seed`, `seed#1`, `seed#2` ... whose MAC is free. */
  freeMAC(make: (seed: string) => string, seed: string, owner: Owner): string {
    for (let attempt = 0; ; attempt++) {
      const mac = make(attempt === 0 ? seed : `${seed}#${attempt}`);
      if (this.macs.has(mac)) continue;
      this.macs.set(mac, owner);
      return mac;
    }
  }
}

function claimed(
  owners: Map<string, Owner>,
  key: string,
  owner: Owner,
  words: string,
  reason?: string,
): boolean {
  const other = owners.get(key);
  if (other === undefined) {
    owners.set(key, owner);
    return true;
  }
  const { line } = other.document.positionAt(other.path);
  const where =
    other.document.file === owner.document.file ? `line ${line}` : `${basename(other.document.file)}:${line}`;
  const because = reason === undefined ? '' : `, as ${reason}`;
  owner.document.report(
    owner.path,
    `found ${words} a second time; ${other.what} has it (${where}); expected another one${because}`,
  );
  return false;
}
