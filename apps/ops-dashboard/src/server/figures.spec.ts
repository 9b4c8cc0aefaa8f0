import { problemKinds, problemMediaType, type ProblemCode } from '@coffer/contracts';
import { describe, expect, it } from 'vitest';
import { FiguresReader } from './figures';

const storage = {
  at: '2026-11-23T10:00:00.000Z',
  store: { kind: 'disk', isReachable: true },
  repositories: 1,
  heads: 1,
  newestHeadAt: null,
  objects: null,
  countedAt: null,
  bytes: null,
  pins: 0,
  proofs: 0,
};

function reader() {
  const state: { problem: ProblemCode | 'gone' | undefined; tokens: (string | null)[] } = {
    problem: undefined,
    tokens: [],
  };
  const figures = new FiguresReader('http://vault.test', async (_, init) => {
    state.tokens.push(new Headers(init?.headers).get('authorization'));
    if (state.problem === 'gone') throw new TypeError('fetch failed');
    if (state.problem === undefined) return Response.json(storage);
    const { status, title } = problemKinds[state.problem];
    const problem = { type: 'x', title, status, code: state.problem, requestId: 'request-1' };
    return new Response(JSON.stringify(problem), { status, headers: { 'content-type': problemMediaType } });
  });
  const read = (question = 'storage') => figures.read('token-1', question, (client) => client.getOpsStorage());
  return { read, state };
}

describe('FiguresReader', () => {
  it('gives fresh figures read with the token of the session', async () => {
    const { read, state } = reader();
    expect(await read()).toEqual({ kind: 'fresh', data: storage });
    expect(state.tokens).toEqual(['Bearer token-1']);
  });

  it.each(['gone', 'service-unavailable'] as const)(
    'gives the last figures as stale when the vault is %s',
    async (problem) => {
      const { read, state } = reader();
      await read();
      state.problem = problem;
      expect(await read()).toMatchObject({ kind: 'stale', data: storage });
      expect(await read('another question')).toMatchObject({ kind: 'failed' });
    },
  );

  it.each(['forbidden', 'token-expired', 'vault-sealed'] as const)(
    'gives no old figures when the vault says %s',
    async (problem) => {
      const { read, state } = reader();
      await read();
      state.problem = problem;
      expect(await read()).toMatchObject({ kind: 'failed', problem: { code: problem, requestId: 'request-1' } });
    },
  );

  it('remembers no more than so many answers', async () => {
    const { read, state } = reader();
    await read('first');
    for (let index = 0; index < 64; index++) await read(`question ${index}`);
    state.problem = 'gone';
    expect((await read('first')).kind).toBe('failed');
    expect((await read('question 63')).kind).toBe('stale');
  });
});
