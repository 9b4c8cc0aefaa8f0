import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { readEntries, type ExportEntry } from './entries';

const head = '31/12/2020, 23:59 - ';

/** The same of one entry, of its text alone. */
function slowly(rest: string): Pick<ExportEntry, 'author' | 'body'> {
  const body = rest.replaceAll('\r\n', '\n');
  const end = [...body.matchAll(/:(?=[ \n]|$)/g)][0]?.index ?? -1;
  const author = body.slice(0, end);
  if (body.indexOf(':') <= 0 || end === -1 || end > 200 || /[\n"“”„«»]/.test(author)) return { body };
  return { author: author.trim() || author, body: body.slice(end + (body[end + 1] === ' ' ? 2 : 1)) };
}

const part = fc.constantFrom(
  'A',
  'Anna',
  ':',
  ': ',
  ' ',
  '\r\n',
  '\n',
  '\r',
  '"',
  '„',
  '::',
  'http://x',
  'x'.repeat(199),
);
const line = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));

describe('readEntries', () => {
  property.prop([fc.array(line, { minLength: 1, maxLength: 4 }), fc.boolean()])(
    'finds who wrote what, and who alone where bodies are not wanted',
    (lines, isEnd) => {
      const text = lines.map((rest) => `${head}${rest}\r\n`).join('');
      const whole = [...readEntries({ text, isEnd, withBodies: true })];
      const expected = (isEnd ? lines : lines.slice(0, -1)).map(slowly);
      expect(whole.map(({ header: _header, ...rest }) => rest)).toEqual(expected);
      expect([...readEntries({ text, isEnd, withBodies: false })]).toEqual(
        whole.map((entry) => ({ ...entry, body: '' })),
      );
    },
  );
});
