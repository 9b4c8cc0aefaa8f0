import { createTranslate, type Translate } from '@coffer/web-ui';
import { english, type TextKey } from './english';

/** The language of the page, BCP 47. */
export const locale = 'en';

/** The words of the portal. One table so far; a second one is chosen here. */
export const text: Translate<TextKey> = createTranslate(locale, english);
