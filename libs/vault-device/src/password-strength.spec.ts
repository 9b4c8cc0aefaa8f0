import { describe, expect, it } from 'vitest';
import { ratePassword } from './password-strength';

describe('ratePassword', () => {
  it.each([
    ['short', 'refused'],
    ['aaaaaaaaaaaa', 'refused'],
    ['123456789012', 'refused'],
    ['xkqjzvbw', 'weak'],
    ['allotment bicycle photograph', 'good'],
    ['MOx3n3YkqFZ0e-Jc7PYu', 'good'],
  ] as const)('rates %s as %s', (password, expected) => {
    expect(ratePassword(password)).toBe(expected);
  });

  it('is quick with a very long password', () => {
    const before = performance.now();
    ratePassword('long password '.repeat(70));
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
