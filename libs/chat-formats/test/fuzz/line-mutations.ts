import { mutateBytes, type Mutation } from './byte-mutations';
import type { Dice } from './dice';

/** Words that readers of text stumble over: marks, dates in other forms, and runs that slow expressions down. */
const awkward: readonly string[] = [
  '\ufeff',
  '\u200e',
  '\u202f',
  '\0',
  '\r',
  ': ',
  '<>',
  '[',
  '""',
  '31/12/2020, 23:59 - ',
  '[2020.13.40, 25:61:61] ',
  '12/31/20, 11:59 PM - x: ',
  ' (file attached)',
  '<attached: ../../etc/passwd.txt>',
  '<This message was edited>',
  'x: https://maps.google.com/?q=999.9,-0.0',
  '\u200e'.repeat(40_000),
  ' '.repeat(40_000),
  '('.repeat(40_000),
  'a.'.repeat(20_000),
  '1/1/11, 1:11 - '.repeat(500),
];

/** The same for JSON. */
const awkwardJson: readonly string[] = [
  'null',
  'true',
  '-0',
  '1e999',
  '18446744073709551616',
  '1.5',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '[]',
  '{}',
  '{"__proto__":{"x":1},"constructor":1}',
  `${'['.repeat(300)}${']'.repeat(300)}`,
  '[1,[2,[3,{"a":[]}]]]',
  `"${'x'.repeat(70_000)}"`,
  '"../../../etc/passwd"',
];

type LineMutation = (lines: string[], dice: Dice, other: readonly string[]) => void;

const lineMutations: Readonly<Record<string, LineMutation>> = {
  repeatLine: (lines, dice) => lines.splice(dice.below(lines.length), 0, dice.pick(lines)),
  removeLine: (lines, dice) => lines.splice(dice.below(lines.length), 1),
  moveLine: (lines, dice) => lines.splice(dice.below(lines.length), 0, ...lines.splice(dice.below(lines.length), 1)),
  graftLine: (lines, dice, other) => lines.splice(dice.below(lines.length), 0, dice.pick(other)),
  changeDigit: (lines, dice) => replaceLine(lines, dice, (line) => line.replace(/\d/, String(dice.below(10)))),
  changeNumber: (lines, dice) =>
    replaceLine(lines, dice, (line) =>
      line.replace(/\d+/, dice.pick(['0', '-1', '13', '99', '2147483648', '9'.repeat(20)])),
    ),
  insertAwkward: (lines, dice) =>
    replaceLine(lines, dice, (line) => {
      const at = dice.below(line.length + 1);
      return `${line.slice(0, at)}${dice.pick(awkward)}${line.slice(at)}`;
    }),
  replaceValue: (lines, dice) =>
    replaceLine(lines, dice, (line) =>
      line.replace(/: (?:"(?:[^"\\]|\\.)*"|[\w.+-]+|\[|\{)/, () => `: ${dice.pick(awkwardJson)}`),
    ),
  renameMember: (lines, dice) =>
    replaceLine(lines, dice, (line) =>
      line.replace(/"(?:[^"\\]|\\.)*":/, () => `${dice.pick(['"__proto__"', '"id"', '""', '"type"'])}:`),
    ),
  joinLines: (lines, dice) =>
    replaceLine(lines, dice, (line) => `${line}${lines.splice(dice.below(lines.length), 1)[0] ?? ''}`),
};

function replaceLine(lines: string[], dice: Dice, change: (line: string) => string): void {
  const index = dice.below(lines.length);
  lines[index] = change(lines[index] ?? '');
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Texts and JSON, one value on a line: mutations of lines and of words, and now and then of bytes. */
export const mutateLines: Mutation = (bytes, dice, other) => {
  if (dice.isHit(4)) return mutateBytes(bytes, dice, other);
  const lines = decoder.decode(bytes).split('\n');
  const others = decoder.decode(other).split('\n');
  const names = Object.keys(lineMutations);
  for (let left = 1 + dice.below(4); left > 0; left--) lineMutations[dice.pick(names)]!(lines, dice, others);
  return encoder.encode(lines.join('\n'));
};
