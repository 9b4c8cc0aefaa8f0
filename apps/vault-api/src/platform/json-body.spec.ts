import { describe, expect, it } from 'vitest';
import { requireModestJson } from './json-body';

const judge = (text: string) => () => requireModestJson(new TextEncoder().encode(text));

describe('requireModestJson', () => {
  it.each([
    ['lists', '['.repeat(33)],
    ['maps', '{"a":'.repeat(33)],
    ['lists after an escaped quote', `{"a":"\\"[","b":${'['.repeat(33)}`],
    ['lists after an escaped backslash', `["\\\\",${'['.repeat(33)}`],
    ['empty maps beside each other', `[${'{},'.repeat(5_001)}1]`],
    ['numbers beside each other', `[${'1,'.repeat(10_001)}1]`],
  ])('D10: refuses many %s', (_name, text) => {
    expect(judge(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it.each([
    ['32 levels', `${'['.repeat(32)}${']'.repeat(32)}`],
    ['lists that were closed', `[${'[[]],'.repeat(1_000)}1]`],
    ['text, whatever is in it', `{"body":"${'[{,'.repeat(100_000)}\\"${'['.repeat(100)}"}`],
    ['no JSON: the parser says so', ']]]]}'],
    ['nothing', ''],
  ])('takes %s', (_name, text) => {
    expect(judge(text)).not.toThrow();
  });
});
