/** Values that stand for the names in a message. */
export type MessageValues = Readonly<Record<string, string | number>>;

/**
 * Fills an ICU message: `{name}`, `{n}` (numbers in the locale's form) and `{n, plural, =0 {…} one {…} other {…}}` with `#`
 * for the number; plurals may hold names. The syntax is ICU MessageFormat, so tables move to a full formatter unchanged.
 * A name without a value stays as it is written. Values are put in as text and never read again.
 */
export function formatMessage(locale: string, message: string, values: MessageValues = {}): string {
  return fill(locale, message, values, undefined);
}

function fill(locale: string, message: string, values: MessageValues, hash: number | undefined): string {
  let out = '';
  let at = 0;
  while (at < message.length) {
    const character = message[at]!;
    if (character === '#' && hash !== undefined) {
      out += new Intl.NumberFormat(locale).format(hash);
      at++;
    } else if (character === '{') {
      const end = closing(message, at);
      out += argument(locale, message.slice(at + 1, end), values);
      at = end + 1;
    } else {
      out += character;
      at++;
    }
  }
  return out;
}

/** Index of the brace that closes the one at `from`; the end of the message where there is none. */
function closing(message: string, from: number): number {
  let depth = 0;
  for (let at = from; at < message.length; at++) {
    if (message[at] === '{') depth++;
    if (message[at] === '}' && --depth === 0) return at;
  }
  return message.length;
}

function argument(locale: string, inner: string, values: MessageValues): string {
  const plural = /^\s*(\w+)\s*,\s*plural\s*,\s*(.*)$/s.exec(inner);
  const name = plural?.[1] ?? inner.trim();
  const value = values[name];
  if (value === undefined) return `{${inner}}`;
  if (plural === null) return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  const count = Number(value);
  const branches = readBranches(plural[2]!);
  const branch =
    branches.get(`=${count}`) ??
    branches.get(new Intl.PluralRules(locale).select(count)) ??
    branches.get('other') ??
    '';
  return fill(locale, branch, values, count);
}

function readBranches(text: string): ReadonlyMap<string, string> {
  const branches = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open < 0) break;
    const end = closing(text, open);
    branches.set(text.slice(at, open).trim(), text.slice(open + 1, end));
    at = end + 1;
  }
  return branches;
}
