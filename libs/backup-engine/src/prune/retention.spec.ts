import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { chooseRetained, type DatedSnapshot, type RetentionPolicy } from './retention';

const none = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };

interface Given {
  readonly at: string | number;
  readonly device?: string;
  readonly source?: string;
}

/** Snapshots in the order in which they were made; the last one is current. */
function history(given: readonly Given[]): readonly DatedSnapshot[] {
  return given.map(({ at, device = 'phone', source = 'chats' }, number) => ({
    idHex: String(number).padStart(32, '0'),
    isCurrent: number === given.length - 1,
    summary: {
      ...{ generation: number + 1, device, sources: [{ kind: 'folder', name: source }] },
      createdAtMs: typeof at === 'number' ? at : Date.parse(at),
    },
  }));
}

/** Numbers of those that stay. */
function kept(all: readonly DatedSnapshot[], change: Partial<RetentionPolicy>, pinned?: ReadonlySet<string>): number[] {
  return [...chooseRetained(all, { ...none, ...change }, pinned).keys()].map(({ idHex }) => Number(idHex));
}

describe('chooseRetained', () => {
  it('keeps the newest of each day, and the last ones', () => {
    const all = history([
      { at: '2026-03-01T08:00:00Z' },
      { at: '2026-03-01T20:00:00Z' },
      { at: '2026-03-02T08:00:00Z' },
      { at: '2026-03-04T08:00:00Z' },
    ]);
    expect(kept(all, { daily: 1 })).toEqual([3]);
    expect(kept(all, { daily: 3 })).toEqual([1, 2, 3]);
    expect(kept(all, { daily: 30 })).toEqual([1, 2, 3]);
    expect(kept(all, { last: 3 })).toEqual([1, 2, 3]);
  });

  it('divides days, weeks, months and years at midnight of the time zone that is said', () => {
    // 23:30 and 00:30 in Berlin, both on 31 December in London; Thursday and Friday of one week.
    const all = history([{ at: '2026-12-31T22:30:00Z' }, { at: '2026-12-31T23:30:00Z' }]);
    for (const period of ['daily', 'monthly', 'yearly'] as const) {
      expect(kept(all, { [period]: 5, timeZone: 'UTC' }), period).toEqual([1]);
      expect(kept(all, { [period]: 5, timeZone: 'Europe/Berlin' }), period).toEqual([0, 1]);
    }
    expect(kept(all, { weekly: 5, timeZone: 'Europe/Berlin' })).toEqual([1]);
    // Sunday 23:59 and Monday 00:00.
    const weeks = history([{ at: '2026-11-22T23:59:00Z' }, { at: '2026-11-23T00:00:00Z' }]);
    expect(kept(weeks, { weekly: 5 })).toEqual([0, 1]);
    // Days of 23 and 25 hours.
    for (const day of ['2026-03-29', '2026-10-25']) {
      const changed = history([{ at: `${day}T00:30:00+02:00` }, { at: `${day}T23:30:00+01:00` }]);
      expect(kept(changed, { daily: 5, timeZone: 'Europe/Berlin' }).at(-1), day).toBe(1);
    }
  });

  it('counts for each device and each set of sources by itself', () => {
    const all = history([{ at: 0, device: 'laptop' }, { at: 1, source: 'music' }, { at: 2 }, { at: 3 }]);
    expect(kept(all, { last: 1 })).toEqual([0, 1, 3]);
  });

  it('keeps the current one although a clock was set back, and what is pinned, and says why', () => {
    const all = history([
      { at: '2026-05-05T00:00:00Z' },
      { at: '2026-05-06T00:00:00Z' },
      { at: '2020-01-01T00:00:00Z' },
    ]);
    expect(kept(all, { last: 1 })).toEqual([2]);
    const pinned = new Set([all[0]!.idHex]);
    expect(kept(all, { last: 1 }, pinned)).toEqual([0, 2]);
    expect([...chooseRetained(all, { ...none, last: 1 }, pinned).values()]).toEqual([['pinned'], ['current', 'last']]);
  });

  it('keeps everything without a policy', () => {
    const all = history([{ at: 0 }, { at: 0 }]);
    expect([...chooseRetained(all, undefined).values()]).toEqual([['everything'], ['current', 'everything']]);
  });

  it.each<Partial<RetentionPolicy>>([
    {},
    { last: -1 },
    { daily: 1.5 },
    { weekly: Number.NaN },
    { last: 1, timeZone: 'Mars/Olympus' },
    { last: 1, timeZone: '' },
  ])('refuses %j', (change) => {
    expect(() => kept(history([{ at: 0 }]), change)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });

  const day = 86_400_000;
  const instants = fc.integer({ min: 0, max: 20_000 * day });
  const devices = fc.constantFrom('phone', 'laptop');
  const histories = fc
    .array(
      fc.record({ at: fc.oneof(instants, fc.integer({ min: 19_000 * day, max: 19_040 * day })), device: devices }),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    .map((given) => history(given));
  const count = fc.integer({ min: 0, max: 8 });
  const policies = fc
    .record({ last: count, daily: count, weekly: count, monthly: count, yearly: count })
    .filter((policy) => Object.values(policy).some((number) => number > 0))
    .chain((policy) =>
      fc.constantFrom('UTC', 'Pacific/Kiritimati', 'America/St_Johns').map((timeZone) => ({ ...policy, timeZone })),
    );

  /** The same by another way: goes through the periods by their names as Swedish writes dates. */
  function twin(all: readonly DatedSnapshot[], policy: RetentionPolicy): ReadonlySet<number> {
    const found = new Set<number>();
    const dates = new Intl.DateTimeFormat('sv', { timeZone: policy.timeZone });
    const dateOf = ({ summary }: DatedSnapshot): string => dates.format(summary.createdAtMs);
    const mondayOf = (date: string): string => {
      const noon = new Date(`${date}T12:00:00Z`);
      noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
      return noon.toISOString().slice(0, 10);
    };
    for (const device of ['phone', 'laptop']) {
      const own = all.filter(({ summary }) => summary.device === device).reverse();
      const take = (most: number, nameOf: (snapshot: DatedSnapshot) => string): void => {
        const newest = new Map<string, DatedSnapshot>();
        for (const snapshot of own) if (!newest.has(nameOf(snapshot))) newest.set(nameOf(snapshot), snapshot);
        for (const { idHex } of [...newest.values()].slice(0, most)) found.add(Number(idHex));
      };
      take(policy.last, ({ idHex }) => idHex);
      take(policy.daily, dateOf);
      take(policy.weekly, (snapshot) => mondayOf(dateOf(snapshot)));
      take(policy.monthly, (snapshot) => dateOf(snapshot).slice(0, 7));
      take(policy.yearly, (snapshot) => dateOf(snapshot).slice(0, 4));
    }
    return found.add(all.length - 1);
  }

  property.prop([histories, policies], { numRuns: 60 })('keeps what its twin keeps', (all, policy) => {
    expect(new Set(kept(all, policy))).toEqual(twin(all, policy));
  });

  property.prop([histories, policies], { numRuns: 25 })('chooses the same of what is left', (all, policy) => {
    const left = [...chooseRetained(all, policy).keys()];
    expect([...chooseRetained(left, policy).keys()]).toEqual(left);
  });

  property.prop([histories, policies, fc.constantFrom('last', 'daily', 'weekly', 'monthly', 'yearly')], {
    numRuns: 100,
  })('keeps no fewer where a number is raised', (all, policy, name) => {
    const more = new Set(kept(all, { ...policy, [name]: policy[name] + 1 }));
    expect(kept(all, policy).filter((number) => !more.has(number))).toEqual([]);
  });
});
