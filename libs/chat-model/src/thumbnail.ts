import { fromHex, toBase64Url } from '@coffer/foundation';
import type { Message } from './message';

/** How small pictures begin that every browser shows: digits of their first bytes. SVG, which is a document, is none. */
const pictureStarts: readonly (readonly [RegExp, string])[] = [
  [/^ffd8ff/, 'image/jpeg'],
  [/^89504e470d0a1a0a/, 'image/png'],
  [/^52494646.{8}57454250/, 'image/webp'],
];

/**
 * The small picture that a reader found in place of a file (`extras.thumbnail`, hexadecimal digits), as an address of its own.
 *
 * @returns undefined where there is none, or it is no JPEG, PNG or WebP
 */
export function thumbnailAddress({ extras }: Message): string | undefined {
  const digits = extras?.['thumbnail'];
  if (typeof digits !== 'string' || digits.length % 2 !== 0 || !/^[0-9a-f]+$/.test(digits)) return undefined;
  const mimeType = pictureStarts.find(([start]) => start.test(digits))?.[1];
  if (mimeType === undefined) return undefined;
  const base64 = toBase64Url(fromHex(digits)).replaceAll('-', '+').replaceAll('_', '/');
  return `data:${mimeType};base64,${base64}${'='.repeat((4 - (base64.length % 4)) % 4)}`;
}
