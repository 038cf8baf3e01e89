import type { Tcp, TcpOption } from './packet.ts';

/** `Flags [S.], seq 1, ack 2, win 64240, options [mss 1460,sackOK], length 0`; sequence numbers as they are in the packet. */
export function describeTcp(tcp: Tcp, payloadLength: number): string {
  const isSet = (bits: number) => (tcp.flagBits & bits) !== 0;
  const SYN_FIN_RST = 0x07;
  const last = (tcp.seq + payloadLength) % 2 ** 32;
  return [
    `Flags [${tcp.flags}]`,
    ...(payloadLength > 0 ? [`seq ${tcp.seq}:${last}`] : isSet(SYN_FIN_RST) ? [`seq ${tcp.seq}`] : []),
    ...(isSet(0x10) ? [`ack ${tcp.ack}`] : []),
    `win ${tcp.window}`,
    ...(isSet(0x20) ? [`urg ${tcp.urgentPointer}`] : []),
    ...(tcp.options.length > 0 ? [`options [${tcp.options.map(option).join(',')}]`] : []),
    `length ${payloadLength}`,
  ].join(', ');
}

function option(given: TcpOption): string {
  switch (given.kind) {
    case 'mss':
    case 'wscale':
      return `${given.kind} ${given.value}`;
    case 'TS':
      return `TS val ${given.value} ecr ${given.echo}`;
    case 'sack':
      return `sack ${given.blocks.length} ${given.blocks.map(([left, right]) => `{${left}:${right}}`).join('')}`;
    case 'other':
      return `unknown-${given.type}`;
    default:
      return given.kind;
  }
}
