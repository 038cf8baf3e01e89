/**
 * An error that a person can act on. Everything else that is thrown is a defect of this program.
 *
 *   usage    wrong words or a wrong lab file; nothing was touched          exit 2
 *   build    the lab could not be built; everything was rolled back       exit 3
 *   lacking  this machine lacks something, which the message names        exit 4
 */
export class Failure extends Error {
  readonly kind: 'usage' | 'build' | 'lacking';
  /** What to do next, one line each. */
  readonly hints: string[];

  constructor(kind: Failure['kind'], message: string, hints: string[] = []) {
    super(message);
    this.name = 'Failure';
    this.kind = kind;
    this.hints = hints;
  }
}
