import { describe, expect, it } from 'vitest';
import { AccountTurns } from './account-turns';

describe('AccountTurns', () => {
  it('runs the acts of one account one after the other, in order, whatever became of the one before', async () => {
    const turns = new AccountTurns();
    const seen: string[] = [];
    const act = (name: string, fails: boolean) => async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([
      turns.take('one', act('a', false)),
      turns.take('one', act('b', true)),
      turns.take('one', act('c', false)),
    ]);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('lets other accounts pass', async () => {
    const turns = new AccountTurns();
    let release: () => void = () => undefined;
    const held = turns.take('one', () => new Promise<void>((resolve) => (release = resolve)));
    expect(await turns.take('two', async () => 2)).toBe(2);
    release();
    await held;
  });

  it('refuses what would wait behind 256 others, and begins anew when they are done', async () => {
    const turns = new AccountTurns();
    const many = Array.from({ length: 256 }, () => turns.take('one', async () => undefined));
    await expect(turns.take('one', async () => undefined)).rejects.toMatchObject({ code: 'rate-limited' });
    await Promise.all(many);
    await expect(turns.take('one', async () => 1)).resolves.toBe(1);
  });
});
