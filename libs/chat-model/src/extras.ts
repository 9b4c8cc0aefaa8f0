/**
 * A fact that the source states and the model has no place for: text, a whole number, true or false, or lists and maps of them.
 * Other numbers are text; bytes are hexadecimal text.
 */
export type Extra = string | number | boolean | readonly Extra[] | Extras;

/** Facts by the source's own names of them: letters, digits, `-`, `_` and `.`, a letter first. */
export interface Extras {
  readonly [name: string]: Extra;
}
