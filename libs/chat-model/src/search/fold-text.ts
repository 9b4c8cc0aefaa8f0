/** Accents and the like, Hebrew points and Arabic vowel signs. Marks that make other letters (Thai, Indic, kana) stay. */
const marks = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;
const onlyAscii = /^[\0-\x7f]*$/;

/** Text as it is compared: without case, accents, and differences of form such as those of ligatures and full-width letters. */
export function foldText(text: string): string {
  if (onlyAscii.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(marks, '').toLowerCase().replaceAll('ß', 'ss');
}

/**
 * Where a piece of folded text stands in the text itself.
 *
 * @returns UTF-16 indexes, end exclusive; undefined where it is not there
 */
export function findFolded(text: string, folded: string): { readonly start: number; readonly end: number } | undefined {
  const at = folded === '' ? -1 : foldText(text).indexOf(folded);
  if (at === -1) return undefined;
  let [start, end] = [-1, text.length];
  let [position, foldedLength] = [0, 0];
  for (const character of text) {
    if (foldedLength >= at + folded.length) {
      end = position;
      break;
    }
    const next = foldedLength + foldText(character).length;
    if (start === -1 && next > at) start = position;
    foldedLength = next;
    position += character.length;
  }
  return { start: Math.max(0, start), end };
}
