import { createHash } from 'node:crypto';
import { addressBytes } from './cidr.ts';

/** Hardware addresses: lower case, six bytes with colons, unicast. */

/** What is wrong with a MAC of an interface; undefined when nothing is. Upper case is all right: `normalMAC` lowers it. */
export function macProblem(text: string): string | undefined {
  if (/^[\da-f]{2}(-[\da-f]{2}){5}$/i.test(text)) return 'it is written with dashes';
  if (!/^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(text)) return 'it is not six bytes in hexadecimal with colons';
  if (/^[\da-f][13579bdf]/i.test(text))
    return 'it is a group address (the lowest bit of the first byte is set)';
  return /^[0:]+$/.test(text) ? 'it is all zero' : undefined;
}

export function normalMAC(text: string): string {
  return text.toLowerCase();
}

/** Docker's MAC for a container with this IPv4 address: 172.30.76.7 -> 02:42:ac:1e:4c:07 (libnetwork, netutils.GenerateMACFromIP). */
export function dockerMAC(address: string): string {
  return macOfAddress([0x02, 0x42], address);
}

/** A MAC that says an IPv4 address: two bytes of one's own, then the address. */
export function macOfAddress(prefix: readonly [number, number], address: string): string {
  return macOf([...prefix, ...addressBytes(address)]);
}

/** A MAC like docker0's, 02:42 and four bytes, the same for the same seed. */
export function dockerBridgeMAC(seed: string): string {
  return macOf([0x02, 0x42, ...digest(seed).subarray(0, 4)]);
}

/** A locally administered unicast MAC, the same for the same seed. */
export function seededMAC(seed: string): string {
  const [first = 0, ...rest] = digest(seed).subarray(0, 6);
  return macOf([(first & 0xfe) | 0x02, ...rest]);
}

function digest(seed: string): Uint8Array {
  return createHash('sha256').update(seed).digest();
}

function macOf(bytes: number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
