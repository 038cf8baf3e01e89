import * as z from 'zod/mini';

/** What is looked at of a schema; zod's own types say it for each kind apart. */
interface Definition {
  shape?: Record<string, z.ZodMiniType>;
  element?: z.ZodMiniType;
  innerType?: z.ZodMiniType;
  options?: z.ZodMiniType[];
}

/** The mappings of a schema that know each key: `VNI` -> `a flannel backend`. For keys that stand in the wrong place. */
export function keyNouns(schema: z.ZodMiniType): Map<string, Set<string>> {
  const nouns = new Map<string, Set<string>>();
  collect(schema, nouns);
  return nouns;
}

function collect(schema: z.ZodMiniType, nouns: Map<string, Set<string>>): void {
  const { shape = {}, element, innerType, options = [] } = schema._zod.def as Definition;
  const noun = z.globalRegistry.get(schema)?.title;
  for (const key of Object.keys(shape)) {
    if (noun === undefined) continue;
    const known = nouns.get(key) ?? new Set();
    nouns.set(key, known.add(noun));
  }
  for (const below of [...Object.values(shape), element, innerType, ...options])
    if (below !== undefined) collect(below, nouns);
}
