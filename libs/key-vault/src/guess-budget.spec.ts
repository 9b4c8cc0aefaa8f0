import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import * as keyVault from './index';
import { decideSpend, defaultPolicy, openingBudget, refilled, sameBudget, withoutRecord } from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(keyVault).sort()).toMatchInlineSnapshot(`
      [
        "AccountSession",
        "Accounts",
        "Activation",
        "DummyRecords",
        "Keyslots",
        "LoginOutcome",
        "Recovery",
        "RegistrationState",
        "Registrations",
        "SealerError",
        "Sequencer",
        "VaultError",
        "chainHolds",
        "checkLeaves",
        "checkTree",
        "createOpaqueServer",
        "decideSpend",
        "defaultPolicy",
        "dummyRecordBytes",
        "openCertificateSigner",
        "openVaultIdentity",
        "openingBudget",
        "refilled",
        "sameBudget",
        "withoutRecord",
      ]
    `);
  });
});

const budget = fc.record({
  remaining: fc.integer({ min: 0, max: 10 }),
  attempt: fc.nat(),
  nextAtMs: fc.option(fc.nat()),
  serial: fc.nat(),
});

describe('decideSpend', () => {
  property.prop([budget, fc.nat(), fc.array(fc.nat(), { maxLength: 12 })])(
    'spends exactly one guess or none, and never below zero or before its time',
    (before, nowMs, delays) => {
      const decision = decideSpend(before, nowMs, delays);
      const delay = delays[10 - before.remaining] ?? 0;
      if (before.remaining === 0) expect(decision).toEqual({ outcome: 'none-left' });
      else if (before.nextAtMs !== null && nowMs < before.nextAtMs) {
        expect(decision).toEqual({ outcome: 'too-early', nextAtMs: before.nextAtMs });
      } else
        expect(decision).toEqual({
          outcome: 'spend',
          guess: 11 - before.remaining,
          after: {
            remaining: before.remaining - 1,
            attempt: before.attempt + 1,
            nextAtMs: delay === 0 ? null : nowMs + delay,
            serial: before.serial,
          },
        });
    },
  );

  it('follows the documented delays', () => {
    const minutes = defaultPolicy.guessDelaysMs.map((delay) => delay / 60_000);
    expect(minutes).toEqual([0, 0, 1, 5, 15, 60, 240, 720, 1440]);
  });
});

describe('refilled', () => {
  property.prop([budget, fc.nat()])('gives all ten back and names the record that was proven', (before, serial) => {
    expect(refilled(before, serial)).toEqual({ remaining: 10, attempt: before.attempt, nextAtMs: null, serial });
  });
});

describe('withoutRecord', () => {
  property.prop([budget])('keeps what is spent', (before) => {
    expect(withoutRecord(before)).toEqual({ ...before, serial: 0 });
    expect(sameBudget(before, withoutRecord(before))).toBe(before.serial === 0);
  });

  it('opens with ten guesses and no record', () => {
    expect(openingBudget).toEqual({ remaining: 10, attempt: 0, nextAtMs: null, serial: 0 });
  });
});
