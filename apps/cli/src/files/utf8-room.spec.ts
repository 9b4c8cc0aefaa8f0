import { describe, expect, it } from 'vitest';
import { Utf8Room } from './utf8-room';

describe('Utf8Room', () => {
  it('has each text whole, also one that is longer, and of the longest characters', () => {
    const room = new Utf8Room();
    for (const text of ['', 'a', '\uffff'.repeat(1000), 'short', '👍'.repeat(2000), 'é\ud800']) {
      expect(Buffer.from(room.of(text)).equals(Buffer.from(text))).toBe(true);
    }
  });
  it('keeps its memory for texts that are no longer', () => {
    const room = new Utf8Room();
    const { buffer } = room.of('long'.repeat(10));
    expect(room.of('short').buffer).toBe(buffer);
  });
});
