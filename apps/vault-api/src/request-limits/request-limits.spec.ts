import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config';
import { Allowances } from './allowance';
import { clientNetwork } from './client-network';

describe('Allowances', () => {
  const start = (mostKeys = 100) => {
    const clock = { now: 1_000, nowMs: () => clock.now };
    return { clock, allowances: new Allowances({ burst: 3, perSecond: 2 }, mostKeys, clock) };
  };
  const takeAll = (allowances: Allowances, key: string, times: number): number[] =>
    Array.from({ length: times }, () => allowances.take(key));

  it('serves as many at once as it says, then says when the next is served', () => {
    const { clock, allowances } = start();
    expect(takeAll(allowances, 'a', 5)).toEqual([0, 0, 0, 1, 1]);
    clock.now += 500;
    expect(takeAll(allowances, 'a', 2)).toEqual([0, 1]);
    clock.now += 3_600_000;
    expect(takeAll(allowances, 'a', 4)).toEqual([0, 0, 0, 1]);
  });

  it('D17: takes nothing from one key for what another asks', () => {
    const { allowances } = start();
    takeAll(allowances, 'a', 1_000);
    expect(takeAll(allowances, 'b', 3)).toEqual([0, 0, 0]);
  });

  it('gives nothing when the clock is set back', () => {
    const { clock, allowances } = start();
    takeAll(allowances, 'a', 3);
    clock.now -= 600;
    expect(allowances.take('a')).toBe(1);
    clock.now += 100;
    expect(allowances.take('a')).toBe(1);
  });

  it('remembers so many keys and no more, and never forgets the one that floods', () => {
    const { allowances } = start(10);
    takeAll(allowances, 'flood', 3);
    for (let n = 0; n < 1_000; n += 1) {
      expect(allowances.take(`other ${n}`)).toBe(0);
      expect(allowances.take('flood')).toBe(1);
    }
    expect(allowances.size).toBe(10);
  });

  test.prop([fc.array(fc.tuple(fc.nat(2_000), fc.constantFrom('a', 'b')), { maxLength: 200 })])(
    'serves no key more than its burst and what has grown since',
    (steps) => {
      const { clock, allowances } = start();
      const served: Record<string, number> = { a: 0, b: 0 };
      for (const [waitMs, key] of steps) {
        clock.now += waitMs;
        if (allowances.take(key) === 0) served[key]! += 1;
        expect(served[key]).toBeLessThanOrEqual(3 + ((clock.now - 1_000) / 1000) * 2);
      }
    },
  );
});

describe('clientNetwork', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ])('takes %s for %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});

describe('the variables of the limits', () => {
  it.each([
    ['COFFER_ACCOUNT_REQUESTS', '0,1'],
    ['COFFER_ACCOUNT_REQUESTS', '10'],
    ['COFFER_ADDRESS_REQUESTS', '1,-1'],
    ['COFFER_ADDRESS_REQUESTS', 'NaN,1'],
    ['COFFER_BULK_REQUESTS', '1.5,1'],
    ['COFFER_TRUSTED_PROXIES', 'proxy.example'],
    ['COFFER_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['COFFER_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['COFFER_TRUSTED_PROXIES', '::/0'],
  ])('%s is refused when it is %s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it('are read', () => {
    const usual = { burst: 1000, perSecond: 50 };
    const bulk = { burst: 20_000, perSecond: 1000 };
    expect(readConfig({}).requestLimits).toEqual({ account: usual, address: usual, bulk, trustedProxies: [] });
    const environment = { COFFER_ACCOUNT_REQUESTS: '7,2', COFFER_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8 fd00::/8' };
    expect(readConfig(environment).requestLimits).toMatchObject({
      account: { burst: 7, perSecond: 2 },
      trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
    });
  });
});
