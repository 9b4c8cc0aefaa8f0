import type { Message } from './message';

/** Stands in a text for something that is no text; Signal writes it where somebody is mentioned. */
const placeholder = '\ufffc';

/**
 * A message's words with the names of those whom it mentions in their places. Apps write a number there, or a character that
 * stands for nothing: who is meant is what readers put into `extras.mentions`, in the order of the text.
 *
 * @param nameOf - the name of a participant, or the id where there is none
 * @returns undefined where the message has no words
 */
export function wordsWithNames({ text, extras }: Message, nameOf: (id: string) => string): string | undefined {
  const mentions = extras?.['mentions'];
  if (text === undefined || !Array.isArray(mentions)) return text;
  const ids = (mentions as readonly unknown[]).filter((id) => typeof id === 'string');
  const parts = text.split(placeholder);
  // another number of them than of people: nobody can tell whose each is
  const withPlaces =
    parts.length === ids.length + 1
      ? parts.reduce((before, part, at) => `${before}@${nameOf(ids[at - 1]!)}${part}`)
      : text;
  return withNumbers(withPlaces, ids, nameOf);
}

/** `@491700000000` of the address `491700000000@s.whatsapp.net`, where it has a name. */
function withNumbers(text: string, ids: readonly string[], nameOf: (id: string) => string): string {
  const names = new Map<string, string>();
  for (const id of ids) {
    const number = /^(\d+)@/.exec(id)?.[1];
    if (number !== undefined && nameOf(id) !== id) names.set(number, nameOf(id));
  }
  return names.size === 0
    ? text
    : text.replaceAll(/@(\d+)/g, (said, number: string) => {
        const name = names.get(number);
        return name === undefined ? said : `@${name}`;
      });
}
