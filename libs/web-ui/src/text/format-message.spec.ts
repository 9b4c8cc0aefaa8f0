import { describe, expect, it } from 'vitest';
import { formatMessage } from './format-message';

describe('formatMessage', () => {
  it('puts values in as text that is never read again', () => {
    expect(formatMessage('en', 'Hello {name}', { name: '{n, plural, other {#}}' })).toBe(
      'Hello {n, plural, other {#}}',
    );
  });

  it.each([
    [0, 'none'],
    [1, '1 chat of Ada'],
    [1200, '1,200 chats of Ada'],
  ])('chooses the branch for %i', (n, expected) => {
    const message = '{n, plural, =0 {none} one {# chat of {who}} other {# chats of {who}}}';
    expect(formatMessage('en', message, { n, who: 'Ada' })).toBe(expected);
  });

  it('follows the plural rules of the locale', () => {
    const message = '{n, plural, one {# jeden} few {# kilka} many {# wiele} other {# inne}}';
    expect([1, 3, 5].map((n) => formatMessage('pl', message, { n }))).toEqual(['1 jeden', '3 kilka', '5 wiele']);
  });

  it('leaves a name without a value as it is written', () => {
    expect(formatMessage('en', 'a {b} c')).toBe('a {b} c');
  });
});
