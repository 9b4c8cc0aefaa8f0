import { describe, expect, it } from 'vitest';
import { hueOf, initials, nameOf } from './people';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['🎉 Party of the year', 'PY'],
    ['+49 170 000', ''],
    ['Allotment 14', 'A'],
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

describe('nameOf', () => {
  const conversation = { id: 'c', kind: 'group', title: 'c', participants: [{ id: 'a@b', name: 'Ada' }] } as const;
  it.each([
    ['a@b', 'Ada'],
    ['491700000000@s.whatsapp.net', '+491700000000'],
    ['somebody@example', 'somebody@example'],
  ])('of %s is %s', (id, expected) => {
    expect(nameOf(conversation, id)).toBe(expected);
  });
});
