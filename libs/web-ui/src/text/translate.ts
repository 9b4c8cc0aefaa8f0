import { formatMessage, type MessageValues } from './format-message';

/** Says what stands under a key, in the language of the page. */
export interface Translate<Key extends string> {
  (key: Key, values?: MessageValues): string;
  /** BCP 47, for dates and numbers. */
  readonly locale: string;
}

/** A translator over one table. */
export function createTranslate<Key extends string>(
  locale: string,
  table: Readonly<Record<Key, string>>,
): Translate<Key> {
  const translate = (key: Key, values?: MessageValues): string => formatMessage(locale, table[key], values);
  return Object.assign(translate, { locale });
}
