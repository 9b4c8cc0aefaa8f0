/**
 * Text from outside for a terminal: control characters and those that turn the direction of writing are shown as `\u{…}`, so
 * that a name can neither draw on the screen nor look like another one.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}
