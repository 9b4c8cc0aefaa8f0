import type { Call, DeliveryState, MessageKind } from '@coffer/chat-model';

/** What the number in a message's `type` column says. Numbers are Signal's. */
export interface AndroidType {
  readonly isFromSelf: boolean;
  /** How far the app came with sending it; receipts, which are columns of their own, go beyond it. */
  readonly delivery?: DeliveryState;
  /** Absent for what people wrote. */
  readonly kind?: MessageKind;
  readonly action?: string;
  readonly call?: Call;
  /** Name of a kind that the model does not have. */
  readonly unsupported?: string;
}

const outgoing = new Set([2, 11, 21, 22, 23, 24, 25, 26]);
const sendStates: ReadonlyMap<number, DeliveryState> = new Map<number, DeliveryState>([
  [21, 'pending'],
  [22, 'pending'],
  [23, 'sent'],
  [24, 'failed'],
  [25, 'pending'],
  [26, 'pending'],
]);
const draft = 27;

const calls: ReadonlyMap<number, Call> = new Map<number, Call>([
  [1, {}],
  [2, {}],
  [3, { isMissed: true }],
  [8, { isMissed: true, isVideo: true }],
  [10, { isVideo: true }],
  [11, { isVideo: true }],
  [12, {}],
]);

const events: ReadonlyMap<number, string> = new Map([
  [4, 'joined-signal'],
  [5, 'unsupported-protocol-message'],
  [6, 'invalid-message'],
  [7, 'profile-name'],
  [9, 'group-migrated'],
  [13, 'message-not-decrypted'],
  [14, 'number-changed'],
  [15, 'donation-request'],
  [16, 'thread-merged'],
  [17, 'sms-exported'],
  [18, 'session-switchover'],
]);

/** Bits that make an event of a message, the more telling ones first. */
const eventBits: readonly (readonly [number, string])[] = [
  [0x40000, 'expiration-timer'],
  [0x20000, 'group-member-left'],
  [0x10000, 'group-changed'],
  [0x400000, 'session-ended'],
  [0x4000, 'identity-verified'],
  [0x2000, 'identity-default'],
  [0x200, 'identity-changed'],
  [0x10000000, 'session-refreshed'],
];

/** Bits 32 to 35: kinds of their own. */
const specialKinds: ReadonlyMap<number, { readonly action?: string; readonly unsupported?: string }> = new Map([
  [1, { unsupported: 'story-reaction' }],
  [2, { unsupported: 'gift-badge' }],
  [3, { unsupported: 'payment' }],
  [4, { action: 'payment-activation-request' }],
  [5, { action: 'reported-spam' }],
  [6, { action: 'message-request-accepted' }],
  [8, { action: 'payments-activated' }],
  [9, { unsupported: 'payment' }],
]);

/** @param type - of `message`, `sms` (`type`) or `mms` (`msg_box`) */
export function readAndroidType(type: number): AndroidType {
  const base = type % 32;
  const isFromSelf = outgoing.has(base);
  const call = calls.get(base);
  if (call !== undefined) return { isFromSelf, kind: 'call', call };
  const special = specialKinds.get(Math.floor(type / 2 ** 32) % 16);
  if (special?.unsupported !== undefined) {
    return { isFromSelf, kind: 'unsupported', unsupported: special.unsupported };
  }
  if (base === draft) return { isFromSelf: true, kind: 'unsupported', unsupported: 'draft' };
  const low = type % 2 ** 32;
  const action = special?.action ?? events.get(base) ?? eventBits.find(([bit]) => Math.floor(low / bit) % 2 === 1)?.[1];
  if (action !== undefined) return { isFromSelf, kind: 'system', action };
  const delivery = sendStates.get(base);
  return { isFromSelf, ...(delivery === undefined ? {} : { delivery }) };
}
