import { describe, expect, it } from 'vitest';

import * as browser from './browser';
import * as testKit from './index';
import { fakeClock, isLongRun, proofSample, seed, testData } from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(testKit).sort()).toEqual([
      'describeWithSoftHsm',
      'describeWithTestData',
      'fakeClock',
      'hexField',
      'isLongRun',
      'proofMs',
      'proofSample',
      'proofSize',
      'recordProof',
      'repeatedCase',
      'runSeed',
      'runSeedNumber',
      'seed',
      'startSoftHsm',
      'testData',
      'workspaceData',
      'wycheproofCases',
    ]);
  });
});

describe('fakeClock', () => {
  it('moves only when told', () => {
    const clock = fakeClock(1000);
    expect([clock.nowMs(), clock.nowMs()]).toEqual([1000, 1000]);
    clock.advanceMs(5);
    expect(clock.nowMs()).toBe(1005);
    clock.setMs(7);
    expect(clock.nowMs()).toBe(7);
  });
});

describe('proofSample', () => {
  const all = Array.from({ length: 20 }, (_, index) => index);

  it('takes as many as told, in their order, the same ones for the same name', () => {
    const sample = proofSample('one', all, 5);
    expect(sample).toHaveLength(isLongRun() ? 20 : 5);
    expect([...sample].sort((a, b) => a - b)).toEqual(sample);
    expect(proofSample('one', all, 5)).toEqual(sample);
  });

  it('takes each of them under some name, and all where there are no more', () => {
    const taken = new Set(Array.from({ length: 100 }, (_, name) => proofSample(`name ${name}`, all, 2)).flat());
    expect(taken.size).toBe(20);
    expect(proofSample('few', [1, 2], 5)).toEqual([1, 2]);
  });
});

describe('seed', () => {
  it('gives the same bytes for the same name, and a prefix for a shorter length', () => {
    expect(seed('a')).toEqual(seed('a'));
    expect(seed('a', 70).subarray(0, 33)).toEqual(seed('a', 33));
    expect(seed('a')).not.toEqual(seed('b'));
  });
});

describe('testData', () => {
  it('joins paths under its root', () => {
    const data = testData();
    expect(data.path('vectors', 'SOURCES.md').startsWith(data.root)).toBe(true);
  });
});

describe('browser', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(browser)).toEqual(['describeInBrowser']);
  });
});
