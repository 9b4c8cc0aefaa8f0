import { describe, expect, it } from 'vitest';
import { hueOf, initials } from './people';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['🎉 Party of the year', 'PY'],
    ['+49 170 000', '40'],
    ['Élodie', 'É'],
    ['🎉', ''],
  ])('of %s are %s', (title, expected) => {
    expect(initials(title)).toBe(expected);
  });
});

describe('hueOf', () => {
  it('is stable, and uses all six', () => {
    expect(hueOf('ada')).toBe(hueOf('ada'));
    expect(new Set(Array.from({ length: 100 }, (_, n) => hueOf(`person ${n}`))).size).toBe(6);
  });
});
