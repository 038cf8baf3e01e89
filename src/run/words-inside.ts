/** Programs of iproute2, which change into a namespace by themselves: as a person would type it. */
const WITH_OPTION_N = ['ip', 'bridge', 'tc'];

/** A command that is started in a namespace, as it could be typed outside of it. */
export function wordsInside(namespace: string, [program = '', ...words]: readonly string[]): string[] {
  return WITH_OPTION_N.includes(program)
    ? [program, '-n', namespace, ...words]
    : ['ip', 'netns', 'exec', namespace, program, ...words];
}
