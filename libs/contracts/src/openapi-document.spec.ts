import { describe, expect, it } from 'vitest';
import { problemKinds, routes, toOpenApi, type ProblemCode } from './index';

describe('docs/openapi.json', () => {
  it('is what toOpenApi generates when nothing drifted', async () => {
    await expect(`${JSON.stringify(toOpenApi(), null, 2)}\n`).toMatchFileSnapshot('../../../docs/openapi.json');
  });
});

describe('toOpenApi', () => {
  const document = toOpenApi();
  const text = JSON.stringify(document);

  it('lists every operation once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(ids.toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  it('refers only to schemas that it defines', () => {
    const names = new Set(Array.from(text.matchAll(/#\/components\/schemas\/(\w+)/g), (match) => match[1]!));
    expect(names.size).toBeGreaterThan(40);
    for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name);
    expect(text).not.toContain('$defs');
  });

  it('refuses unknown fields when a body is described', () => {
    expect(document.components.schemas['StartLogin']).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['loginId', 'ke1'],
    });
  });

  it('gives a coerced query number the type number', () => {
    expect(document.paths['/v1/ledger/consistency']!['get']).toMatchObject({
      parameters: [
        { name: 'from', in: 'query', required: true, schema: { type: 'integer' } },
        { name: 'to', in: 'query', required: true, schema: { type: 'integer' } },
      ],
    });
  });

  it('names under each status only codes of that status', () => {
    for (const path of Object.values(document.paths)) {
      for (const operation of Object.values(path)) {
        const { responses } = operation as { responses: Record<string, { description: string }> };
        for (const [status, { description }] of Object.entries(responses)) {
          for (const [, code] of description.matchAll(/`([a-z-]+)`/g)) {
            expect(problemKinds[code as ProblemCode].status).toBe(Number(status));
          }
        }
      }
    }
  });
});
