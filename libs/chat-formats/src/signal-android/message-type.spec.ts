import { describe, expect, it } from 'vitest';
import { readAndroidType } from './message-type';

describe('readAndroidType', () => {
  it.each([
    [10_485_780, { isFromSelf: false }],
    [10_485_783, { isFromSelf: true, delivery: 'sent' }],
    [24, { isFromSelf: true, delivery: 'failed' }],
    [27, { isFromSelf: true, kind: 'unsupported', unsupported: 'draft' }],
    [3, { isFromSelf: false, kind: 'call', call: { isMissed: true } }],
    [11, { isFromSelf: true, kind: 'call', call: { isVideo: true } }],
    [7, { isFromSelf: false, kind: 'system', action: 'profile-name' }],
    [10_485_780 + 0x40000, { isFromSelf: false, kind: 'system', action: 'expiration-timer' }],
    [20 + 0x20000 + 0x10000 + 0x80000, { isFromSelf: false, kind: 'system', action: 'group-member-left' }],
    [10_485_780 + 0x200, { isFromSelf: false, kind: 'system', action: 'identity-changed' }],
    [10_485_783 + 3 * 2 ** 32, { isFromSelf: true, kind: 'unsupported', unsupported: 'payment' }],
    [20 + 5 * 2 ** 32, { isFromSelf: false, kind: 'system', action: 'reported-spam' }],
    [0, { isFromSelf: false }],
    [-1, { isFromSelf: false }],
  ])('reads %i', (type, expected) => {
    expect(readAndroidType(type)).toEqual(expected);
  });
});
