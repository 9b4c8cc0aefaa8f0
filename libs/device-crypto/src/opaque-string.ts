import { utf8 } from '@coffer/foundation';

import { DeviceCryptoError } from './errors';

/** Longest password in bytes of UTF-8, after preparation. */
export const passwordMaximumBytes = 1024;

/** A password in its OpaqueString form; made by {@link preparePassword} alone. */
export type PreparedPassword = string & { readonly isPrepared: true };

/** Why a text can be no password. */
export type PasswordFault = 'empty' | 'too-long' | 'not-well-formed' | 'disallowed-character';

/**
 * Puts a password into the one form that every device computes with: the OpaqueString profile of RFC 8265, section 4.2.
 * Blanks of other scripts become U+0020, the text NFC; case and width stay. Then every character must belong to the
 * FreeformClass of RFC 8264.
 *
 * @throws DeviceCryptoError `invalid-password`, field `reason` a {@link PasswordFault}
 */
export function preparePassword(text: string): PreparedPassword {
  if (!text.isWellFormed()) throw refusal('not-well-formed');
  const prepared = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  if (prepared.length === 0) throw refusal('empty');
  if (utf8(prepared).length > passwordMaximumBytes) throw refusal('too-long');
  const characters = Array.from(prepared);
  if (!characters.every((_, index) => isAllowed(characters, index, prepared))) throw refusal('disallowed-character');
  return prepared as PreparedPassword;
}

const messages: Readonly<Record<PasswordFault, string>> = {
  empty: 'a password has at least one character',
  'too-long': `a password has at most ${passwordMaximumBytes} bytes of UTF-8`,
  'not-well-formed': 'the password is no well-formed text',
  'disallowed-character':
    'the password holds a control, invisible, private or unassigned character; choose another one',
};

function refusal(reason: PasswordFault): DeviceCryptoError {
  return new DeviceCryptoError('invalid-password', messages[reason], { fields: { reason } });
}

// RFC 8264, section 9, in the order of its section 8. Exceptions (9.6):
const alwaysDisallowed = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;
// Old Hangul jamo (9.9); what composes into syllables has been composed by NFC before.
const oldHangulJamo = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;
// Ignorable (9.13) and controls (9.12).
const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]/u;
// Letters, digits, marks, blanks, symbols, punctuation (9.1, 9.14 to 9.18). What is unassigned or private use is in none.
const freeform = /[\p{L}\p{M}\p{N}\p{Zs}\p{S}\p{P}]/u;

function isAllowed(characters: readonly string[], index: number, whole: string): boolean {
  const character = characters[index]!;
  const inContext = contextRule(character);
  if (inContext !== undefined) return inContext(characters[index - 1] ?? '', characters[index + 1] ?? '', whole);
  if (alwaysDisallowed.test(character) || oldHangulJamo.test(character) || ignorable.test(character)) return false;
  return freeform.test(character);
}

type ContextRule = (before: string, after: string, whole: string) => boolean;

const virama =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1715\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed]/u;
const joiningLetter =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Phag}\p{scx=Mand}\p{scx=Mani}\p{scx=Adlm}]/u;

/** The rules of RFC 5892, appendix A; joining types (A.1) are told by script. */
function contextRule(character: string): ContextRule | undefined {
  if (character === '\u200c') {
    return (before, after) => virama.test(before) || (joiningLetter.test(before) && joiningLetter.test(after));
  }
  if (character === '\u200d') return (before) => virama.test(before);
  if (character === '\u00b7') return (before, after) => before === 'l' && after === 'l';
  if (character === '\u0375') return (_, after) => /\p{Script=Greek}/u.test(after);
  if (character === '\u05f3' || character === '\u05f4') return (before) => /\p{Script=Hebrew}/u.test(before);
  if (character === '\u30fb') {
    return (_before, _after, whole) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(whole);
  }
  if (/[\u0660-\u0669]/u.test(character)) return (_before, _after, whole) => !/[\u06f0-\u06f9]/u.test(whole);
  if (/[\u06f0-\u06f9]/u.test(character)) return (_before, _after, whole) => !/[\u0660-\u0669]/u.test(whole);
  return undefined;
}
