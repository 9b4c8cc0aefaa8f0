import { describe, expect, it } from 'vitest';
import { rememberedMs, rememberedTokens, TokenMemory } from './token-memory';

const facts = { issuer: 'https://id.example', subject: 'somebody', authTimeMs: null, isStaff: false };
const fromMs = 1_800_000_000_000;
const life = { fromMs, endMs: fromMs + 600_000 };

describe('TokenMemory', () => {
  describe('recall', () => {
    it('knows a token for a minute, and no other', () => {
      const memory = new TokenMemory();
      memory.remember('a.b.c', facts, life);
      expect(memory.recall('a.b.c', fromMs)).toBe(facts);
      expect(memory.recall('a.b.d', fromMs)).toBeUndefined();
      expect(memory.recall('a.b.c', fromMs + rememberedMs - 1)).toBe(facts);
      expect(memory.recall('a.b.c', fromMs + rememberedMs)).toBeUndefined();
    });

    it('knows none beyond its own end', () => {
      const memory = new TokenMemory();
      memory.remember('a.b.c', facts, { fromMs, endMs: fromMs + 5_000 });
      expect(memory.recall('a.b.c', fromMs + 4_999)).toBe(facts);
      expect(memory.recall('a.b.c', fromMs + 5_000)).toBeUndefined();
    });

    it('knows none where the clock was set back behind its verification', () => {
      const memory = new TokenMemory();
      memory.remember('a.b.c', facts, life);
      expect(memory.recall('a.b.c', fromMs - 1)).toBeUndefined();
    });
  });

  describe('remember', () => {
    it('forgets the oldest where too many come', () => {
      const memory = new TokenMemory();
      for (let index = 0; index < rememberedTokens; index++) memory.remember(`a.b.${index}`, facts, life);
      memory.remember('a.b.0', facts, life);
      memory.remember('a.b.new', facts, life);
      expect(memory.recall('a.b.1', fromMs)).toBeUndefined();
      for (const kept of ['a.b.0', 'a.b.2', 'a.b.new']) expect(memory.recall(kept, fromMs)).toBe(facts);
    });
  });
});
