import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { sha256 } from '@coffer/crypto';
import { concatBytes, decodeCbor, encodeCbor, EncodingError, type CborValue } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  chainStart,
  decodeLedgerEvent,
  encodeLedgerEvent,
  EvidenceError,
  hashLedgerEvent,
  ledgerEntry,
  LedgerEventKind,
  replayBudget,
  replayVeto,
  verifyChain,
  type BudgetState,
  type LedgerEvent,
} from '../index';
import { account, anotherAccount, nowMs } from '../../test/samples';

type Step = Partial<Omit<LedgerEvent, 'kind'>> & { readonly kind: LedgerEventKind };

const full: BudgetState = { remaining: 10, attempt: 0, nextAtMs: null, serial: 0 };

/** Events of one account, each linked to the one before. */
function chain(steps: readonly Step[]): readonly Uint8Array[] {
  const encoded: Uint8Array[] = [];
  let previousHash: Uint8Array = chainStart.hash;
  let budget = full;
  for (const [index, step] of steps.entries()) {
    const base = { v: 1, account, number: index + 1, atMs: nowMs + index, details: {}, previousHash } as const;
    const event: LedgerEvent = { ...base, ...budget, ...step };
    const bytes = encodeLedgerEvent(event);
    budget = { remaining: event.remaining, attempt: event.attempt, nextAtMs: event.nextAtMs, serial: event.serial };
    previousHash = hashLedgerEvent(bytes);
    encoded.push(bytes);
  }
  return encoded;
}

const life = chain([
  { kind: 'account-opened' },
  { kind: 'registration-opened' },
  { kind: 'keyslot-proven', serial: 77, details: { keyslot: 'password' } },
  { kind: 'owner-bound' },
  { kind: 'guess', remaining: 9, attempt: 1 },
  { kind: 'guess', remaining: 8, attempt: 2, nextAtMs: nowMs + 60_000 },
  { kind: 'login-superseded' },
  { kind: 'proven', remaining: 10, attempt: 0, nextAtMs: null },
  { kind: 'purge-started', details: { purgeId: 'x' } },
]);

function problem(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    const { code, reason, fields } = error as EvidenceError;
    return [code, reason, fields['number']].filter((part) => part !== undefined).join(' ');
  }
}

const details = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,10}$/),
  fc.oneof(fc.nat(), fc.string(), fc.uint8Array({ maxLength: 40 }), fc.constant(null)),
  { maxKeys: 6, noNullPrototype: true },
);
const anyEvent = fc.record({
  v: fc.constant(1 as const),
  account: fc.constant(account),
  number: fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }),
  kind: fc.constantFrom(...Object.values(LedgerEventKind)),
  atMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  remaining: fc.nat({ max: 10 }),
  attempt: fc.maxSafeNat(),
  nextAtMs: fc.option(fc.integer({ min: 0, max: 253_402_300_799_999 })),
  serial: fc.maxSafeNat(),
  details,
  previousHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

describe('decodeLedgerEvent', () => {
  it('knows the kinds that docs/wire.md lists, and no other', () => {
    const wire = readFileSync(join(import.meta.dirname, '../../../../docs/wire.md'), 'utf8');
    const listed = /^Kinds: `([^`]+)`/m.exec(wire)![1]!.split(/\s+/);
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.toSorted()).toEqual(Object.values(LedgerEventKind).toSorted());
  });

  property.prop([anyEvent])('inverts encodeLedgerEvent', (event) => {
    expect(decodeLedgerEvent(encodeLedgerEvent(event))).toEqual(event);
  });

  const map = decodeCbor(life[1]!) as Record<string, CborValue>;
  it.each<[string, Record<string, CborValue>]>([
    ['another version', { v: 2 }],
    ['an unknown kind', { kind: 'coffee-made' }],
    ['number 0', { number: 0 }],
    ['a first event that follows something', { number: 1 }],
    ['11 guesses left', { remaining: 11 }],
    ['a fractional guess', { remaining: '9' }],
    ['details that are a list', { details: [] }],
    ['65 details', { details: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`d${index}`, 0])) }],
    ['a short hash', { previousHash: new Uint8Array(31) }],
    ['a field more', { note: 'x' }],
  ])('refuses %s', (_name, change) => {
    expect(problem(() => decodeLedgerEvent(encodeCbor({ ...map, ...change })))).toBe('event-invalid malformed');
  });

  it('refuses more than 32 KiB', () => {
    expect(problem(() => decodeLedgerEvent(new Uint8Array(33_000)))).toBe('event-invalid too-large');
    const event = { ...decodeLedgerEvent(life[1]!), details: { text: 'x'.repeat(33_000) } };
    expect(problem(() => encodeLedgerEvent(event))).toBe('event-invalid too-large');
  });
});

describe('ledgerEntry', () => {
  it('is the hash of salt and event', () => {
    const salt = seed('salt');
    expect(ledgerEntry(salt, life[0]!)).toEqual(sha256(concatBytes(salt, life[0]!)));
    expect(() => ledgerEntry(salt.slice(1), life[0]!)).toThrow(EncodingError);
  });
});

describe('verifyChain', () => {
  it('accepts a chain, whole and from any event on', () => {
    const { events, position } = verifyChain(life, { account });
    expect(events.map((event) => event.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(position).toEqual({ number: 9, hash: hashLedgerEvent(life[8]!) });
    for (let at = 0; at < life.length; at++) {
      const first = verifyChain(life.slice(0, at), { account });
      const rest = verifyChain(life.slice(at), { account, from: first.position });
      expect(rest.position).toEqual(position);
    }
  });

  it('refuses the events of another account', () => {
    expect(problem(() => verifyChain(life, { account: anotherAccount }))).toBe('chain-broken wrong-account 1');
  });

  it('D09: refuses a chain with any event removed, but for the last', () => {
    for (let at = 0; at < life.length - 1; at++) {
      const cut = life.filter((_, index) => index !== at);
      expect(problem(() => verifyChain(cut, { account }))).toBe(`chain-broken wrong-number ${at + 1}`);
    }
    expect(verifyChain(life.slice(0, -1), { account }).position.number).toBe(8);
  });

  it('D09: refuses a chain with two events exchanged or one doubled', () => {
    for (let at = 0; at < life.length - 1; at++) {
      const swapped = [...life.slice(0, at), life[at + 1]!, life[at]!, ...life.slice(at + 2)];
      expect(problem(() => verifyChain(swapped, { account }))).toMatch(/^chain-broken wrong-number/);
      const doubled = [...life.slice(0, at + 1), ...life.slice(at)];
      expect(problem(() => verifyChain(doubled, { account }))).toMatch(/^chain-broken wrong-number/);
    }
  });

  property.prop([fc.nat({ max: life.length - 2 }), fc.nat(), fc.nat({ max: 7 })])(
    'refuses a chain with any bit changed before the last event',
    (at, where, bit) => {
      const changed = life.map((bytes) => bytes.slice());
      changed[at]![where % changed[at]!.length]! ^= 1 << bit;
      expect(problem(() => verifyChain(changed, { account }))).toBeDefined();
    },
  );

  it('shows a changed last event by its hash, which a leaf and the next event carry', () => {
    const event = { ...decodeLedgerEvent(life[8]!), remaining: 9 };
    const changed = [...life.slice(0, 8), encodeLedgerEvent(event)];
    const { position } = verifyChain(changed, { account });
    expect(position.hash).not.toEqual(verifyChain(life, { account }).position.hash);
  });
});

describe('replayBudget', () => {
  const events = verifyChain(life, { account }).events;

  it('gives the budget after the last event', () => {
    expect(replayBudget(events)).toEqual({ remaining: 10, attempt: 0, nextAtMs: null, serial: 77 });
    const seventh = replayBudget(events.slice(0, 7));
    expect(seventh).toEqual({ remaining: 8, attempt: 2, nextAtMs: nowMs + 60_000, serial: 77 });
    expect(replayBudget(events.slice(7), seventh).remaining).toBe(10);
    expect(replayBudget([])).toEqual({ remaining: 0, attempt: 0, nextAtMs: null, serial: 0 });
  });

  it('accepts attempts that are counted on over a proven success', () => {
    const steps = chain([
      { kind: 'account-opened' },
      { kind: 'guess', remaining: 9, attempt: 1 },
      { kind: 'proven', remaining: 10 },
      { kind: 'guess', remaining: 9, attempt: 2 },
    ]);
    expect(replayBudget(verifyChain(steps, { account }).events).attempt).toBe(2);
  });

  it('follows ten guesses down to none and refuses the eleventh', () => {
    const guesses = Array.from({ length: 10 }, (_, index) => ({
      kind: LedgerEventKind.guess,
      remaining: 9 - index,
      attempt: index + 1,
    }));
    const spent = verifyChain(chain([{ kind: 'account-opened' }, ...guesses]), { account }).events;
    expect(replayBudget(spent).remaining).toBe(0);
    const more = [...guesses, { kind: LedgerEventKind.guess, remaining: 0, attempt: 11 }];
    const over = verifyChain(chain([{ kind: 'account-opened' }, ...more]), { account }).events;
    expect(problem(() => replayBudget(over))).toBe('chain-broken wrong-budget 12');
  });

  it('lets a repair take guesses and the record, and give nothing', () => {
    const spent: Step[] = [
      { kind: 'account-opened' },
      { kind: 'guess', remaining: 9, attempt: 1, nextAtMs: nowMs, serial: 77 },
    ];
    const after = (step: Partial<Step>): BudgetState =>
      replayBudget(verifyChain(chain([...spent, { kind: 'account-repaired', ...step }]), { account }).events);
    expect(after({ remaining: 3, serial: 0 })).toEqual({ remaining: 3, attempt: 1, nextAtMs: nowMs, serial: 0 });
    expect(after({})).toMatchObject({ remaining: 9, serial: 77 });
    for (const step of [{ remaining: 10 }, { attempt: 0 }, { attempt: 2 }, { nextAtMs: null }, { serial: 78 }]) {
      expect(problem(() => after(step))).toBe('chain-broken wrong-budget 3');
    }
  });

  it.each<[string, Step]>([
    ['a guess that costs nothing', { kind: 'guess', attempt: 1 }],
    ['a guess that costs two', { kind: 'guess', remaining: 8, attempt: 1 }],
    ['a guess without a number', { kind: 'guess', remaining: 9 }],
    ['a refill without a proven success', { kind: 'head-replaced', attempt: 3 }],
    ['a refill to less', { kind: 'proven', remaining: 9 }],
    ['a delay that somebody put off', { kind: 'owner-bound', nextAtMs: nowMs }],
    ['an account that opens twice', { kind: 'account-opened' }],
  ])('refuses %s', (_name, step) => {
    const steps = verifyChain(chain([{ kind: 'account-opened' }, step]), { account }).events;
    expect(problem(() => replayBudget(steps))).toBe('chain-broken wrong-budget 2');
  });

  it('refuses guesses that come back without a proven success', () => {
    const kinds = Object.values(LedgerEventKind).filter(
      (kind) => !['guess', 'proven', 'keyslot-proven', 'key-rotated', 'account-opened'].includes(kind),
    );
    for (const kind of kinds) {
      const steps = chain([
        { kind: 'account-opened' },
        { kind: 'guess', remaining: 9, attempt: 1 },
        { kind, remaining: 10 },
      ]);
      expect(problem(() => replayBudget(verifyChain(steps, { account }).events))).toBe('chain-broken wrong-budget 3');
    }
    expect(kinds.length).toBe(Object.values(LedgerEventKind).length - 5);
  });

  it('takes a rotation for a proven success only where it brings a record of its own', () => {
    const after = (step: Partial<Step>): BudgetState => {
      const spent: Step[] = [{ kind: 'account-opened' }, { kind: 'guess', remaining: 9, attempt: 1, serial: 77 }];
      return replayBudget(verifyChain(chain([...spent, { kind: 'key-rotated', ...step }]), { account }).events);
    };
    expect(after({ serial: 0 })).toMatchObject({ remaining: 9, serial: 0 });
    expect(after({ remaining: 10, serial: 78 })).toMatchObject({ remaining: 10, serial: 78 });
    for (const serial of [0, 77]) {
      expect(problem(() => after({ remaining: 10, serial }))).toBe('chain-broken wrong-budget 3');
    }
  });

  it.each<[string, Step]>([
    ['with another event than the opening', { kind: 'guess', remaining: 9, attempt: 1 }],
    ['with less than ten guesses', { kind: 'account-opened', remaining: 9 }],
  ])('refuses a chain that starts %s', (_name, step) => {
    const steps = verifyChain(chain([step]), { account }).events;
    expect(problem(() => replayBudget(steps))).toBe('chain-broken wrong-budget 1');
  });
});

describe('replayVeto', () => {
  const replayed = (...steps: Step[]) =>
    replayVeto(verifyChain(chain([{ kind: 'account-opened' }, ...steps]), { account }).events);
  const vetoed = (untilMs: CborValue): Step => ({ kind: 'guesses-vetoed', details: { untilMs } });

  it('gives the last veto, also after it is over, and none after a lift', () => {
    expect(replayed()).toBeNull();
    expect(replayed(vetoed(nowMs))).toBe(nowMs);
    expect(replayed(vetoed(nowMs), vetoed(nowMs + 7), { kind: 'guess', remaining: 9, attempt: 1 })).toBe(nowMs + 7);
    expect(replayed(vetoed(nowMs), { kind: 'veto-lifted' })).toBeNull();
    expect(replayVeto([], nowMs)).toBe(nowMs);
  });

  it('refuses a veto that does not say until when', () => {
    expect(problem(() => replayed(vetoed('soon')))).toBe('event-invalid malformed 2');
    expect(problem(() => replayed({ kind: 'guesses-vetoed' }))).toBe('event-invalid malformed 2');
  });
});
