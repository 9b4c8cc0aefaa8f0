/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | undefined | readonly (Html | string)[];

/** HTML from a template: parts are escaped unless they are Html themselves; `undefined` leaves nothing. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const filled = literals.map((literal, index) => `${literal}${index < parts.length ? toText(parts[index]) : ''}`);
  return new Html(filled.join(''));
}

function toText(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  return part.map(toText).join('');
}

/** The five characters that mean something in HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
