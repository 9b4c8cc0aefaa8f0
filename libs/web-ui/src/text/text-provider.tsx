'use client';

import { createContext, use, useMemo, type ReactNode } from 'react';
import { webUiEnglish, type WebUiTextKey } from './english';
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
  const translate = (key: Key, values?: MessageValues): string => {
    return formatMessage(locale, table[key], values);
  };
  return Object.assign(translate, { locale });
}

const TextContext = createContext<Translate<WebUiTextKey>>(createTranslate('en', webUiEnglish));

export interface TextProviderProps {
  /** BCP 47. */
  readonly locale: string;
  readonly table: Readonly<Record<WebUiTextKey, string>>;
  readonly children: ReactNode;
}

/** Gives the components of this lib their words. Without it they speak English. */
export function TextProvider({ locale, table, children }: TextProviderProps): ReactNode {
  const translate = useMemo(() => createTranslate(locale, table), [locale, table]);
  return <TextContext value={translate}>{children}</TextContext>;
}

/** The words of this lib, inside its components. */
export function useText(): Translate<WebUiTextKey> {
  return use(TextContext);
}
