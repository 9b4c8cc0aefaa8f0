import type { BudgetState } from '@coffer/evidence';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import * as keyVault from './index';
import {
  decideSpend,
  defaultPolicy,
  isVetoed,
  nextGuessAtMs,
  openingBudget,
  refilled,
  sameBudget,
  withoutRecord,
} from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(keyVault).sort()).toMatchInlineSnapshot(`
      [
        "AccountDeletion",
        "AccountSession",
        "Accounts",
        "Activation",
        "AnchorError",
        "AnchorSet",
        "ApprovedPlan",
        "DeletionState",
        "DummyRecords",
        "EpochKeeper",
        "GuessVeto",
        "KeyslotRemoval",
        "Keyslots",
        "LoginOutcome",
        "NewStart",
        "NewStartState",
        "Passkeys",
        "Recovery",
        "RegistrationState",
        "Registrations",
        "RepairError",
        "Rotation",
        "RotationRegistrations",
        "SealedSecret",
        "SealerError",
        "Sequencer",
        "TreeAudit",
        "VaultError",
        "VaultRepair",
        "activeRecordContext",
        "approvalLifeMs",
        "approve",
        "chainHolds",
        "checkTree",
        "createOpaqueServer",
        "decideSpend",
        "defaultPolicy",
        "drillRows",
        "dummyRecordBytes",
        "encodePlan",
        "hashPlan",
        "isOwnRepository",
        "isVetoed",
        "leastNewStartWaitMs",
        "loginAnswerContext",
        "loginStateContext",
        "nextGuessAtMs",
        "openAnchoredEvent",
        "openCertificateSigner",
        "openLaterSecret",
        "openVaultIdentity",
        "openingBudget",
        "pendingRecordContext",
        "phaseOf",
        "recordVaultEvent",
        "refilled",
        "registrationSaltContext",
        "repairSteps",
        "requireRemovalStatement",
        "requireTwoApprovals",
        "sameBudget",
        "sealAnchoredEvent",
        "sealedRecordBytes",
        "sealingSteps",
        "secretContext",
        "sequencerSteps",
        "staffPseudonym",
        "vaultAccount",
        "vaultIssuer",
        "vaultSteps",
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

  property.prop([budget, fc.nat(), fc.array(fc.nat(), { maxLength: 12 }), fc.nat()])(
    'spends nothing before the veto is over, and from that very millisecond on decides as without one',
    (before, nowMs, delays, untilMs) => {
      const decision = decideSpend(before, nowMs, delays, untilMs);
      const isStopped = before.remaining > 0 && nowMs < untilMs;
      expect(decision).toEqual(isStopped ? { outcome: 'vetoed', untilMs } : decideSpend(before, nowMs, delays));
    },
  );

  const spent: BudgetState = { remaining: 7, attempt: 3, nextAtMs: 1_000, serial: 5 };

  it('takes a guess in the very millisecond that it is due, and none in the one before', () => {
    expect(decideSpend(spent, 999, [])).toEqual({ outcome: 'too-early', nextAtMs: 1_000 });
    const after = { remaining: 6, attempt: 4, nextAtMs: null, serial: 5 };
    expect(decideSpend(spent, 1_000, [])).toEqual({ outcome: 'spend', guess: 4, after });
  });

  it('takes one in the very millisecond that the veto ends, and says vetoed in the one before', () => {
    const due = { ...spent, nextAtMs: null };
    expect(decideSpend(due, 1_999, [], 2_000)).toEqual({ outcome: 'vetoed', untilMs: 2_000 });
    expect(decideSpend(due, 2_000, [], 2_000).outcome).toBe('spend');
    expect(decideSpend(due, 2_000, [], null).outcome).toBe('spend');
  });

  it('says that none is left before anything else, and vetoed before too early', () => {
    expect(decideSpend({ ...spent, remaining: 0 }, 0, [], 2_000)).toEqual({ outcome: 'none-left' });
    expect(decideSpend(spent, 0, [], 2_000)).toEqual({ outcome: 'vetoed', untilMs: 2_000 });
  });

  it('makes the tenth guess the last, after which nothing is due', () => {
    const last = { ...spent, remaining: 1, nextAtMs: null };
    const after = { remaining: 0, attempt: 4, nextAtMs: null, serial: 5 };
    const decision = decideSpend(last, 0, defaultPolicy.guessDelaysMs);
    expect(decision).toEqual({ outcome: 'spend', guess: 10, after });
  });

  it('follows the documented delays', () => {
    const minutes = defaultPolicy.guessDelaysMs.map((delay) => delay / 60_000);
    expect(minutes).toEqual([0, 0, 1, 5, 15, 60, 240, 720, 1440]);
  });
});

describe('nextGuessAtMs', () => {
  property.prop([fc.option(fc.nat()), fc.option(fc.nat()), fc.nat()])(
    'is the later of delay and veto while the veto holds, and the delay alone after it',
    (nextAtMs, vetoedUntilMs, nowMs) => {
      const expected = isVetoed(vetoedUntilMs, nowMs) ? Math.max(vetoedUntilMs!, nextAtMs ?? 0) : nextAtMs;
      expect(nextGuessAtMs(nextAtMs, vetoedUntilMs, nowMs)).toBe(expected);
      expect(isVetoed(null, nowMs)).toBe(false);
    },
  );
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

  it('is another budget where any one field is another', () => {
    const one = { remaining: 7, attempt: 3, nextAtMs: 1_000, serial: 5 };
    expect(sameBudget(one, { ...one })).toBe(true);
    const others = [{ remaining: 6 }, { attempt: 4 }, { nextAtMs: 1_001 }, { nextAtMs: null }, { serial: 6 }];
    expect(others.map((change) => sameBudget(one, { ...one, ...change }))).toEqual(others.map(() => false));
  });

  it('opens with ten guesses and no record', () => {
    expect(openingBudget).toEqual({ remaining: 10, attempt: 0, nextAtMs: null, serial: 0 });
  });
});
