import { randomBytes } from '@coffer/crypto';
import { sealedSize } from '@coffer/device-crypto';
import { utf8 } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { nodePlatform } from './platform';

const key = { inputKey: randomBytes(32), context: utf8('test/engine-platform') };
const length = 200_000;
const room = sealedSize(length) - length;

describe('nodePlatform.sealTaking', () => {
  it('seals where the plaintext lies if its memory was made for that', async () => {
    const memory = new ArrayBuffer(sealedSize(length));
    const plaintext = new Uint8Array(memory, room);
    plaintext.set(randomBytes(length));
    const kept = plaintext.slice();
    const sealed = await nodePlatform.sealTaking(key, plaintext);
    expect(sealed.buffer).toBe(memory);
    expect(await nodePlatform.openTaking(key, sealed)).toEqual(kept);
  });

  const neighbours = [
    ['before the room', 64, 0],
    ['behind the plaintext', 0, 64],
    ['on both sides', 4096, 4096],
  ] as const;
  it.each(neighbours)('touches no byte of a memory that holds others, too: %s', async (_, before, behind) => {
    const memory = randomBytes(before + sealedSize(length) + behind);
    const plaintext = memory.subarray(before + room, before + room + length);
    const whole = memory.slice();
    const kept = plaintext.slice();
    const sealed = await nodePlatform.sealTaking(key, plaintext);
    expect(sealed.buffer).not.toBe(memory.buffer);
    expect(memory).toEqual(whole);
    expect(await nodePlatform.openTaking(key, sealed)).toEqual(kept);
  });
});
