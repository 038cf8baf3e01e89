import * as z from 'zod/mini';
import { claimKinds, probeKinds } from './schema-check.ts';
import { labSchema } from './schema.ts';

type Json = Record<string, unknown>;

/** The JSON Schema (draft 2020-12) of lab.yaml, for editors: completion, descriptions, and what can be said without reading other files. */
export function labJsonSchema(): Json {
  return z.toJSONSchema(labSchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      // zod says that a check may have each kind; exactly one it must have.
      const kinds =
        jsonSchema.title === 'a check' ? claimKinds : jsonSchema.title === 'a probe' ? probeKinds : [];
      if (kinds.length > 0) jsonSchema.oneOf = kinds.map((kind) => ({ required: [kind] }));
      if (jsonSchema.title !== undefined) jsonSchema.title = jsonSchema.title.replace(/^an? /, '');
    },
  }) as Json;
}
