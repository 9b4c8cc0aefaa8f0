import { decodeCbor, encodeCbor, EncodingError } from '@coffer/foundation';

/** Where e-mail goes. */
export interface EmailTarget {
  readonly kind: 'email';
  readonly address: string;
}

/** A browser's push subscription (W3C Push API). */
export interface PushTarget {
  readonly kind: 'push';
  /** URL of the push service; who has it can write to it, with our VAPID key only. */
  readonly endpoint: string;
  /** 65 bytes: the browser's P-256 key, uncompressed (RFC 8291). */
  readonly p256dh: Uint8Array;
  /** 16 bytes: its authentication secret (RFC 8291). */
  readonly auth: Uint8Array;
}

/** Where a channel leads. */
export type ChannelTarget = EmailTarget | PushTarget;

/** Kinds of channels beside the in-app feed. */
export type ChannelKind = ChannelTarget['kind'];

/** The bytes of a target before they are sealed: deterministic CBOR. */
export function encodeTarget(target: ChannelTarget): Uint8Array {
  return target.kind === 'email'
    ? encodeCbor({ kind: 'email', address: target.address })
    : encodeCbor({ kind: 'push', endpoint: target.endpoint, p256dh: target.p256dh, auth: target.auth });
}

/** @throws EncodingError `invalid-encoding` where the bytes are not those of `encodeTarget` */
export function decodeTarget(bytes: Uint8Array): ChannelTarget {
  const value = decodeCbor(bytes);
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    const { kind, address, endpoint, p256dh, auth } = value as Readonly<Record<string, unknown>>;
    if (kind === 'email' && typeof address === 'string') return { kind, address };
    if (kind === 'push' && typeof endpoint === 'string' && p256dh instanceof Uint8Array && auth instanceof Uint8Array) {
      return { kind, endpoint, p256dh, auth };
    }
  }
  throw new EncodingError('invalid-encoding', 'these bytes are no target of a channel');
}
