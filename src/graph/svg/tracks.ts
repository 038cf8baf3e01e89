/** Places for parallel cables: each taken once, at least `apart` from the others. */
export class Tracks {
  private readonly taken: number[] = [];
  private readonly apart: number;

  constructor(apart: number) {
    this.apart = apart;
  }

  isFree(place: number): boolean {
    return this.taken.every((other) => Math.abs(other - place) >= this.apart);
  }

  take(place: number): number {
    this.taken.push(place);
    return place;
  }

  /** The free place within `from` and `to` that is nearest to the wish; the wish itself where all is full. */
  nearest(wish: number, from: number, to: number): number {
    const within = Math.min(Math.max(wish, from), to);
    for (let away = 0; away <= to - from; away++) {
      for (const place of [within - away, within + away])
        if (place >= from && place <= to && this.isFree(place)) return this.take(place);
    }
    return this.take(within);
  }
}
