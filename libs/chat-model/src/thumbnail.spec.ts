import { toHex } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import type { Extras, Message } from './index';
import { thumbnailAddress } from './thumbnail';

const of = (thumbnail: Extras[string]): string | undefined => {
  const message: Message = {
    id: '1',
    senderId: null,
    isFromSelf: true,
    timeMs: 0,
    kind: 'image',
    extras: { thumbnail },
  };
  return thumbnailAddress(message);
};
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xfb, 0xff, 0xbe, 1]);

describe('thumbnailAddress', () => {
  it.each([
    ['image/jpeg', jpeg],
    ['image/jpeg', jpeg.subarray(0, 5)],
    ['image/png', Buffer.from('89504e470d0a1a0a00', 'hex')],
    ['image/webp', Buffer.from('RIFF1234WEBPVP8 ')],
  ])('is the bytes of a picture of type %s', (mimeType, bytes) => {
    expect(of(toHex(bytes))).toBe(`data:${mimeType};base64,${bytes.toString('base64')}`);
  });
  it.each([
    ['a page', toHex(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'))],
    ['an odd number of digits', `${toHex(jpeg)}0`],
    ['what are no digits', 'ffd8ff"><script>'],
    ['a path', 'photos/thumb.jpg'],
    ['no text', 5],
    ['nothing', ''],
  ])('is none of %s', (_what, thumbnail) => {
    expect(of(thumbnail)).toBeUndefined();
  });
});
