import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLongRun, proofSize, recordProof, runSeed, runSeedNumber, type ProofRecord } from './index';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-proof-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const found = {
  proof: 'some-proof',
  count: 7,
  seconds: 1.2345,
  asserted: 'Each of them holds.',
  figures: { killed: 5 },
};

describe('proofSize', () => {
  it('is the sample in an ordinary run and the full number in a long one', () => {
    vi.stubEnv('COFFER_LONG', undefined);
    expect([isLongRun(), proofSize({ sample: 1, long: 2 })]).toEqual([false, 1]);
    vi.stubEnv('COFFER_LONG', '1');
    expect([isLongRun(), proofSize({ sample: 1, long: 2 })]).toEqual([true, 2]);
  });
});

describe('runSeedNumber', () => {
  it('follows from the seed of the run and the name alone', () => {
    vi.stubEnv('COFFER_SEED', '5');
    const five = runSeedNumber('a');
    expect([runSeed(), runSeedNumber('a'), runSeedNumber('b') === five]).toEqual(['5', five, false]);
    expect(Number.isInteger(five) && five >= 0 && five < 2 ** 31).toBe(true);
    vi.stubEnv('COFFER_SEED', '6');
    expect(runSeedNumber('a')).not.toBe(five);
  });
});

describe('recordProof', () => {
  it('writes nothing in an ordinary run', () => {
    vi.stubEnv('COFFER_LONG', undefined);
    recordProof(found, folder);
    expect(existsSync(join(folder, 'some-proof.json'))).toBe(false);
  });

  it('refuses what is no sentence before a long run is lost by it', () => {
    vi.stubEnv('COFFER_LONG', undefined);
    for (const asserted of ['each of them holds.', 'Each of them holds', '']) {
      expect(() => recordProof({ ...found, asserted }, folder)).toThrow('one sentence');
    }
  });

  it('writes commit, seed, count and figures in a long run', () => {
    vi.stubEnv('COFFER_LONG', '1');
    vi.stubEnv('COFFER_SEED', '99');
    recordProof(found, folder);
    const record = JSON.parse(readFileSync(join(folder, 'some-proof.json'), 'utf8')) as ProofRecord;
    expect(record).toMatchObject({ proof: 'some-proof', seed: '99', count: 7, seconds: 1.2, figures: { killed: 5 } });
    expect(record.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(new Date(record.finishedAt).toISOString()).toBe(record.finishedAt);
  });

  it('refuses a proof of nothing, in an ordinary run too', () => {
    expect(() => recordProof({ ...found, count: 0 }, folder)).toThrow(/0 cases/);
  });
});
