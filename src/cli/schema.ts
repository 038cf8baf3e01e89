import { exitCodes } from './exit-code.ts';

export async function printSchema(): Promise<number> {
  const { labJsonSchema } = await import('../lab/json-schema.ts');
  process.stdout.write(`${JSON.stringify(labJsonSchema(), undefined, 2)}\n`);
  return exitCodes.good;
}
