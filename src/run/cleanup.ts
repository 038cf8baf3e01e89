/**
 * Undo on the line after do: a stack of undo actions, run last in, first out.
 *
 *   await using cleanup = new Cleanup();
 *   const holder = await startHolder();
 *   cleanup.defer(() => holder.kill());
 *   ...
 *   cleanup.keep();   // all went well: nothing is undone
 *
 * Stands in for AsyncDisposableStack, which Node 20 lacks.
 */
export class Cleanup implements AsyncDisposable {
  #undo: (() => unknown)[] = [];

  defer(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** Forget all undo actions. */
  keep(): void {
    this.#undo = [];
  }

  /** Every action runs, also when one before it fails; the first failure is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
