'use client';

import { createContext, use, useMemo, type ReactNode } from 'react';
import { webUiEnglish, type WebUiTextKey } from './english';
import { createTranslate, type Translate } from './translate';

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
