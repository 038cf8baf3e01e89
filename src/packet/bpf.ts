/**
 * Classic BPF, the machine that pcap-filter(7) expressions are compiled for. Instructions and their numbers: linux/filter.h, and
 * "The BSD Packet Filter" (McCanne and Jacobson, 1993).
 *
 *   accumulator A, index X, 16 cells of scratch memory; all of 32 bits, unsigned
 *   ld, ldx, st, stx, alu, jmp (backwards too: `protochain` walks along IPv6 headers), ret, misc (A to X and back)
 */
export interface BpfInstruction {
  code: number;
  /** Jump so many instructions further where the comparison holds, and where it does not. */
  jt: number;
  jf: number;
  k: number;
}

export type BpfProgram = readonly BpfInstruction[];

/**
 * What `tcpdump -ddd` prints: the number of instructions, then `code jt jf k` of each, decimal. Throws where it is something else, or where the
 * program could run out of its own end.
 */
export function parseBpf(text: string): BpfProgram {
  const [count, ...lines] = text.trim().split('\n');
  const program = lines.map((line) => {
    const numbers = line.split(' ').map(Number);
    const [code = Number.NaN, jt = Number.NaN, jf = Number.NaN, k = Number.NaN] = numbers;
    if (numbers.length !== 4 || !numbers.every((number) => Number.isInteger(number)))
      throw new Error(`not an instruction: ${line}`);
    return { code, jt, jf, k: k >>> 0 };
  });
  if (program.length !== Number(count) || program.length === 0)
    throw new Error(`${program.length} instructions and not ${count}`);
  if (program.some((instruction, at) => targets(instruction, at).some((to) => program[to] === undefined)))
    throw new Error('it jumps beyond its end');
  return program;
}

const [LD, LDX, ST, STX, ALU, JMP, RET] = [0, 1, 2, 3, 4, 5, 6];
const [IMM, ABS, IND, MEM, LEN, MSH] = [0, 1, 2, 3, 4, 5];
const [ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const [JA, JEQ, JGT, JGE, JSET] = [0, 1, 2, 3, 4];

/** Where the program can be after this instruction. */
function targets({ code, jt, jf, k }: BpfInstruction, at: number): number[] {
  if ((code & 7) === RET) return [];
  if ((code & 7) !== JMP) return [at + 1];
  return code >> 4 === JA ? [at + 1 + (k | 0)] : [at + 1 + jt, at + 1 + jf];
}

/** No frame has so many headers that a program which goes on for longer makes sense. */
const MOST_STEPS = 10_000;

/** What a program runs on. */
export interface BpfFrame {
  bytes: Uint8Array;
  /** On the wire. */
  lengthBytes: number;
  direction: 'in' | 'out';
}

/** Where Linux keeps what is known about a frame and not in it (SKF_AD_OFF of linux/filter.h), and there PACKET_* of linux/if_packet.h. */
const ANCILLARY = 0xffff_f000;
const PACKET_TYPE = ANCILLARY + 4;
const [PACKET_HOST, PACKET_OUTGOING] = [0, 4];

/** Does the program ask for something that is not in a frame, but for its direction? */
export function asksForMore(program: BpfProgram): boolean {
  return program.some(
    ({ code, k }) => (code & 7) === LD && code >> 5 === ABS && k >= ANCILLARY && k !== PACKET_TYPE,
  );
}

/** Does the program take this frame? Reading beyond the captured bytes, or dividing by zero, is a no, as in the kernel. */
export function accepts(program: BpfProgram, frame: BpfFrame): boolean {
  const memory = new Uint32Array(16);
  let a = 0;
  let x = 0;
  for (let at = 0, steps = 0; at < program.length && steps < MOST_STEPS; at++, steps++) {
    const { code, jt, jf, k } = program[at]!;
    const operand = code & 8 ? x : k;
    switch (code & 7) {
      case LD:
      case LDX: {
        const value = loaded({ code, k }, x, memory, frame);
        if (value === undefined) return false;
        if ((code & 7) === LD) a = value;
        else x = value;
        break;
      }
      case ST:
        memory[k] = a;
        break;
      case STX:
        memory[k] = x;
        break;
      case ALU: {
        const value = calculated((code >> 4) & 15, a, operand);
        if (value === undefined) return false;
        a = value;
        break;
      }
      case JMP:
        at += (code >> 4) & 15 ? (compared((code >> 4) & 15, a, operand) ? jt : jf) : k | 0;
        break;
      case RET:
        return ((code >> 3) & 3) === 2 ? a !== 0 : k !== 0;
      default:
        if (code >> 3 === 0) x = a;
        else a = x;
    }
  }
  return false;
}

/** Undefined: beyond the end of what was captured. */
function loaded(
  { code, k }: Pick<BpfInstruction, 'code' | 'k'>,
  x: number,
  memory: Uint32Array,
  { bytes, lengthBytes, direction }: BpfFrame,
): number | undefined {
  const mode = code >> 5;
  if (mode === IMM) return k;
  if (mode === MEM) return memory[k];
  if (mode === LEN) return lengthBytes;
  if (mode === MSH) {
    const byte = bytes[k];
    return byte === undefined ? undefined : (byte & 15) * 4;
  }
  if (mode !== ABS && mode !== IND) return undefined;
  if (mode === ABS && k === PACKET_TYPE) return direction === 'out' ? PACKET_OUTGOING : PACKET_HOST;
  const size = [4, 2, 1][(code >> 3) & 3];
  const from = mode === ABS ? k : k + x;
  if (size === undefined || from + size > bytes.length) return undefined;
  let value = 0;
  for (let offset = from; offset < from + size; offset++) value = value * 256 + bytes[offset]!;
  return value;
}

function calculated(operation: number, a: number, operand: number): number | undefined {
  if ((operation === DIV || operation === MOD) && operand === 0) return undefined;
  switch (operation) {
    case ADD:
      return (a + operand) >>> 0;
    case SUB:
      return (a - operand) >>> 0;
    case MUL:
      return Math.imul(a, operand) >>> 0;
    case DIV:
      return Math.floor(a / operand);
    case MOD:
      return a % operand;
    case OR:
      return (a | operand) >>> 0;
    case AND:
      return (a & operand) >>> 0;
    case XOR:
      return (a ^ operand) >>> 0;
    case LSH:
      return operand > 31 ? 0 : (a << operand) >>> 0;
    case RSH:
      return operand > 31 ? 0 : a >>> operand;
    case NEG:
      return -a >>> 0;
    default:
      return undefined;
  }
}

function compared(operation: number, a: number, operand: number): boolean {
  switch (operation) {
    case JEQ:
      return a === operand;
    case JGT:
      return a > operand;
    case JGE:
      return a >= operand;
    case JSET:
      return (a & operand) !== 0;
    default:
      return false;
  }
}
