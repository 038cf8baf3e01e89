/**
 * Several labs at once, one screen: the first lab writes as it goes, the others are held back until it is done; then the next has its turn.
 *
 *   lab a  --1--2-----3|            screen   1 2 3 | 1 2 | 3
 *   lab b  ---1----2------3|
 */
export interface Turns {
  /** What of the text, and of what was held back, may be written now. */
  write(lab: string, text: string): string;
  /** The lab has nothing more to say; gives what was held back for the next. */
  finish(lab: string): string;
  /** Everything that is still held back. */
  flush(): string;
  /** The lab that writes now. */
  current(): string | undefined;
}

export function turns(): Turns {
  const waiting: { lab: string; text: string; finished: boolean }[] = [];
  const gone = new Set<string>();

  return {
    write(lab, text) {
      let turn = waiting.find((one) => one.lab === lab);
      if (!turn) {
        // A last word about a lab that is done with goes out between the lines of the others.
        if (gone.has(lab)) return text;
        waiting.push((turn = { lab, text: '', finished: false }));
      }
      if (turn === waiting[0]) return text;
      turn.text += text;
      return '';
    },
    finish(lab) {
      const turn = waiting.find((one) => one.lab === lab);
      if (turn) turn.finished = true;
      gone.add(lab);
      let text = '';
      while (waiting[0]?.finished) {
        waiting.shift();
        text += waiting[0]?.text ?? '';
        if (waiting[0]) waiting[0].text = '';
      }
      return text;
    },
    flush() {
      const text = waiting.map((turn) => turn.text).join('');
      for (const turn of waiting) turn.text = '';
      return text;
    },
    current: () => waiting[0]?.lab,
  };
}
