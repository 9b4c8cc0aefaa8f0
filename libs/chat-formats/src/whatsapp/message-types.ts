import type { MessageKind, MessageMark } from '@coffer/chat-model';

interface KnownType {
  readonly kind: MessageKind;
  readonly mark?: MessageMark;
}

/** WhatsApp's message types (`message_type`, in the older table `media_wa_type`) that have a kind in the canonical model. */
const knownTypes: ReadonlyMap<number, KnownType> = new Map<number, KnownType>([
  [0, { kind: 'text' }],
  [1, { kind: 'image' }],
  [2, { kind: 'audio' }],
  [3, { kind: 'video' }],
  [4, { kind: 'contact' }],
  [5, { kind: 'location' }],
  [7, { kind: 'system' }],
  [8, { kind: 'call' }],
  [9, { kind: 'document' }],
  [10, { kind: 'call' }],
  [13, { kind: 'gif' }],
  [14, { kind: 'contact' }],
  [15, { kind: 'deleted' }],
  [16, { kind: 'live-location' }],
  [20, { kind: 'sticker' }],
  [27, { kind: 'text' }],
  [36, { kind: 'system' }],
  [42, { kind: 'image', mark: 'view-once' }],
  [43, { kind: 'video', mark: 'view-once' }],
  [64, { kind: 'deleted', mark: 'deleted-by-admin' }],
  [66, { kind: 'poll' }],
  [90, { kind: 'call' }],
  [99, { kind: 'album' }],
]);

/** What a type number means; absent for one that this project does not know. */
export function whatsAppType(type: number): KnownType | undefined {
  return knownTypes.get(type);
}

/** The type of a missed call. */
export const missedCallType = 10;
