import { ByteSink, decodeCbor, encodeCbor, readU32be, u32be, type CborValue } from '@coffer/foundation';

/** The segments of a conversation before the places of their parts are known. */
export interface NewSegment {
  readonly messages: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** 32 bytes for each part. */
  readonly partIds: Uint8Array<ArrayBuffer>;
}

export interface NewConversation {
  /** CBOR of the canonical conversation. */
  readonly conversationBytes: Uint8Array<ArrayBuffer>;
  readonly segments: readonly NewSegment[];
}

/**
 * Conversations that were read and wait for the snapshot, as bytes: as objects each would take ten times as much, and a history may
 * have ten thousands. Never stored; a thread writes them and another reads them.
 */
export class NewConversations {
  readonly #sink = new ByteSink();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add({ conversationBytes, segments }: NewConversation): void {
    const list = segments.map(({ messages, firstMs, lastMs, partIds }) => [messages, firstMs, lastMs, partIds]);
    const bytes = encodeCbor([conversationBytes, list]);
    this.#sink.add(u32be(bytes.length));
    this.#sink.add(bytes);
    this.#count += 1;
  }

  /** For {@link readNewConversations}; nothing is left here. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#sink.take();
  }
}

/** @param bytes - what {@link NewConversations} gave; what comes are views of them */
export function* readNewConversations(bytes: Uint8Array): Generator<NewConversation, void> {
  for (let at = 0; at < bytes.length;) {
    const from = at + 4;
    at = from + readU32be(bytes, at);
    const read = decodeCbor(bytes.subarray(from, at), { isShared: true });
    const [conversationBytes, segments] = read as [NewConversation['conversationBytes'], readonly CborValue[]];
    yield { conversationBytes, segments: segments.map(newSegment) };
  }
}

function newSegment(value: CborValue): NewSegment {
  const [messages, firstMs, lastMs, partIds] = value as readonly CborValue[];
  return { messages, firstMs, lastMs, partIds } as NewSegment;
}
