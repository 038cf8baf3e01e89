import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/packet/decode.ts';
import { bytesOf } from './captures.ts';

// What the captures do not have, byte by byte from the standards. The rest is compared with tshark and tcpdump, frame by frame.
const ETHERNET = '02000000000a 02000000000b';
const ENDS = 'c0a80015 c0a80016';
const ENDS6 = '20010db8000000000000000000000001 20010db8000000000000000000000002';

describe('a packet ends where its own header says', () => {
  it('so padding is no payload', () => {
    // 20 + 8 + 2 bytes of IPv4, 16 of padding
    const packet = decode(
      bytesOf(
        `${ETHERNET} 0800 4500 001e 0000 0000 40 11 0000 ${ENDS} 1388 1389 000a 0000 6869 ${'00'.repeat(16)}`,
      ),
    );
    expect(packet.payload).toEqual({ offset: 42, length: 2, captured: 2 });
    expect(packet.paddingBytes).toBe(16);
    expect(packet.truncated ?? packet.malformed).toBeUndefined();
  });

  it('and padding is no part of the packet that an ICMP error quotes', () => {
    // quoted: an IPv4 header of a 1500-byte packet and 8 bytes of TCP; then 18 bytes of padding, room for a whole TCP header
    const quoted = `4500 05dc 0000 0000 40 06 0000 ${ENDS} 1388 0050 00000007`;
    const packet = decode(
      bytesOf(
        `${ETHERNET} 0800 4500 0038 0000 0000 40 01 0000 ${ENDS} 0303 0000 00000000 ${quoted} ${'ff'.repeat(18)}`,
      ),
    );
    expect(packet.icmp?.embedded).toMatchObject({
      tcpStart: { sourcePort: 5000, destinationPort: 80, seq: 7 },
    });
    expect(packet.icmp?.embedded?.tcp).toBeUndefined();
    expect(packet.icmp?.embedded?.truncated).toBe('tcp: 20 bytes needed, 8 captured');
    expect(packet.paddingBytes).toBe(18);
  });

  it('or where the original packet ends, when a router adds more about it (RFC 4884)', () => {
    // length 8 words in byte 5: 20 + 12 bytes of the original, then an extension of 8 bytes
    const quoted = `4500 0020 0000 0000 01 11 0000 ${ENDS} 1388 1389 000c 0000 61626364`;
    const packet = decode(
      bytesOf(
        `${ETHERNET} 0800 4500 0044 0000 0000 40 01 0000 ${ENDS} 0b00 0000 00080000 ${quoted} 2000 0000 0004 0101`,
      ),
    );
    expect(packet.icmp).toMatchObject({ kind: 'time-exceeded', length: 48 });
    expect(packet.icmp?.embedded).toMatchObject({
      udp: { destinationPort: 5001 },
      payload: { length: 4, captured: 4 },
      paddingBytes: 0,
    });
  });

  it('with a jumbo payload option where 16 bits are not enough (RFC 2675)', () => {
    const packet = decode(
      bytesOf(
        `${ETHERNET} 86dd 60000000 0000 00 40 ${ENDS6} 06 00 c204 00011170 1388 0050 00000001 00000000 5010 0400 0000 0000`,
      ),
    );
    expect(packet.ip?.totalLength).toBe(40 + 0x11170);
    expect(packet.tcp?.sourcePort).toBe(5000);
    expect(packet.payload.length).toBe(0x11170 - 8 - 20);
  });

  it('or at the end of the frame, when segmentation is still to come', () => {
    const packet = decode(
      bytesOf(
        `${ETHERNET} 86dd 60000000 0000 06 40 ${ENDS6} 1388 0050 00000001 00000000 5010 0400 0000 0000 6869`,
      ),
    );
    expect(packet.ip?.totalLength).toBe(62);
    expect(packet.payload.length).toBe(2);
  });
});

describe('a fragment', () => {
  it('other than the first has no header after that of IPv6, whatever it seems to start with', () => {
    const packet = decode(
      bytesOf(
        `${ETHERNET} 86dd 60000000 0018 2c 40 ${ENDS6} 3c 00 05b0 0000002a 3a00 0104 00000000 8000 0000 0007 0008`,
      ),
    );
    expect(packet.ip).toMatchObject({
      extensions: [44],
      protocol: 60,
      fragment: { id: 42, offset: 1456, more: false },
    });
    expect(packet.icmp).toBeUndefined();
    expect(packet.payload.length).toBe(16);
  });

  it('the first, of a VXLAN packet, shows the frame inside as far as it goes', () => {
    const inner = `02000000000c 02000000000d 0800 4500 0054 0000 4000 40 01 0000 ${ENDS} 0800 0000 0007 0001`;
    const packet = decode(
      bytesOf(
        `${ETHERNET} 0800 4500 004e 002a 2000 40 11 0000 ${ENDS} c000 2118 0072 0000 08000000 00000100 ${inner}`,
      ),
    );
    expect(packet.inner?.icmp).toMatchObject({ kind: 'echo-request', id: 7, seq: 1 });
    expect(packet.inner?.truncated).toBe('ipv4: total length 84, 28 bytes captured');
    expect(packet.malformed).toBeUndefined();
  });
});

describe('link types', () => {
  const cooked = (protocol: string, packetType: string, rest: string) =>
    bytesOf(`${protocol} 0000 00000007 0001 ${packetType} 06 02000000000b 0000 ${rest}`);
  const echo = `4500 001c 0000 0000 40 01 0000 ${ENDS} 0800 0000 0007 0008`;

  it('of a cooked capture: device, direction and sender, and a VLAN tag half in its header', () => {
    const plain = decode(cooked('0800', '04', echo), { linkType: 276 });
    expect(plain.sll2).toMatchObject({
      interfaceIndex: 7,
      packetType: 'from-us',
      direction: 'out',
      source: '02:00:00:00:00:0b',
    });
    expect(plain.icmp?.kind).toBe('echo-request');
    const tagged = decode(cooked('8100', '00', `0064 0800 ${echo}`), { linkType: 276 });
    expect(tagged.sll2).toMatchObject({ direction: 'in', protocol: 0x0800, vlans: [{ id: 100 }] });
    expect(tagged.icmp?.kind).toBe('echo-request');
    expect(tagged.payload).toEqual({ offset: 52, length: 0, captured: 0 });
  });

  it('without link layer: either family', () => {
    expect(decode(bytesOf(echo), { linkType: 101 }).icmp?.kind).toBe('echo-request');
    const six = decode(bytesOf(`60000000 0008 3a 40 ${ENDS6} 8100 0000 0007 0008`), { linkType: 101 });
    expect(six.icmp).toMatchObject({ family: 6, kind: 'echo-reply', id: 7, seq: 8 });
  });

  it('another one is said to be another one', () => {
    expect(decode(bytesOf(echo), { linkType: 113 })).toEqual({
      payload: { offset: 0, length: 28, captured: 28 },
      paddingBytes: 0,
      malformed: 'link type 113 is not one that is decoded',
    });
  });
});
