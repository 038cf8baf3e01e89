import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labJsonSchema } from '../../../src/lab/json-schema.ts';

type Json = Record<string, unknown>;

/** What is at `a.b.c`, where a list's entries are `items`. */
function at(path: string): Json {
  return path.split('.').reduce((value, key) => value[key] as Json, labJsonSchema());
}

/** Every schema of a mapping in the whole, with its path. */
function mappings(schema: Json, path = ''): [string, Json][] {
  const below = Object.entries(schema).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? mappings(value as Json, `${path}/${key}`) : [],
  );
  return schema['type'] === 'object' && 'properties' in schema ? [[path, schema], ...below] : below;
}

describe('the JSON Schema of lab files', () => {
  it('is of draft 2020-12 and about a lab file', () => {
    expect(labJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'lab file',
      type: 'object',
      required: ['name', 'cluster'],
      additionalProperties: false,
    });
  });

  it('knows no other keys than those that it lists, and has a sentence for each', () => {
    const all = mappings(labJsonSchema());
    expect(all.length).toBeGreaterThan(25);
    for (const [path, schema] of all) {
      expect([path, schema['additionalProperties']]).toEqual([path, false]);
      for (const [key, property] of Object.entries(schema['properties'] as Record<string, Json>))
        expect(`${path}/${key}: ${String(property['description'])}`).toMatch(/: .*[.:]$/);
    }
  });

  it('demands what a node, a router and a flannel config need', () => {
    expect(at('properties.cluster.properties.nodes.items')['required']).toEqual(['name', 'address']);
    expect(at('properties.cluster.properties.routers.items')['required']).toEqual(['name', 'addresses']);
    expect(at('properties.cluster.properties.flannel')['required']).toEqual(['config']);
    expect(
      at('properties.cluster.properties.flannel.properties.config.properties.Backend')['required'],
    ).toEqual(['Type']);
  });

  it('has ranges, choices and patterns where a value has them', () => {
    const node = 'properties.cluster.properties.nodes.items.properties';
    expect(at(`${node}.mtu`)).toMatchObject({ type: 'integer', minimum: 68, maximum: 65535 });
    expect(at('properties.cluster.properties.flannel.properties.era')).toMatchObject({
      enum: ['v0.7', 'current'],
    });
    const address = new RegExp(String(at(`${node}.address`)['pattern']));
    expect(['192.168.0.21/24', '192.168.0.21', 'node1'].map((text) => address.test(text))).toEqual([
      true,
      false,
      false,
    ]);
    const mac = new RegExp(String(at(`${node}.mac`)['pattern']));
    expect(['8a:22:81:5e:d8:b7', '8a-22-81-5e-d8-b7'].map((text) => mac.test(text))).toEqual([true, false]);
  });

  it('demands exactly one kind of a check, and one of a probe', () => {
    const check = at('properties.checks.items');
    const kinds = (check['oneOf'] as Json[]).map(({ required }) => String(required));
    expect(kinds.toSorted()).toEqual(
      'address command fdb http iptables link mesh miss neighbour packet ping route sysctl tcp udp'.split(
        ' ',
      ),
    );
    expect(Object.keys(check['properties'] as Json)).toEqual(
      expect.arrayContaining([...kinds, 'name', 'not', 'within', 'tags']),
    );
    const probe = at('properties.checks.items.properties.packet.properties.while');
    expect((probe['oneOf'] as Json[]).map(({ required }) => String(required))).toEqual([
      'ping',
      'tcp',
      'udp',
      'http',
      'command',
    ]);
  });

  it('is the file that the labs name for editors; `lab schema` writes it', () => {
    const file = new URL('../../../schema/lab.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(labJsonSchema())));
  });
});
