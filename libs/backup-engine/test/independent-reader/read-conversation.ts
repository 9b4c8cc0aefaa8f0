import { hex, sha256 } from './primitives';
import { readCbor, type Value } from './strict-cbor';

/** Where a part of a segment lies. */
export type Part = readonly [
  chunkId: Uint8Array,
  pack: number,
  offset: number,
  storedLength: number,
  rawLength: number,
];
type Row = readonly Value[];

/** A conversation as vector.json tells it. */
export interface FoundConversation {
  readonly source: string;
  readonly format: string;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly conversation: Value;
  readonly segments: readonly { readonly messages: number; readonly sha256: string }[];
  readonly messages: readonly object[];
}

// docs/format/v1.md, "Chat model": the numbers of the kinds.
const kinds =
  'text image video audio gif sticker document contact location live-location call poll album system deleted unsupported'.split(
    ' ',
  );

/** Opens the chunks of a segment and hands them over joined; a failure of `use` is damage of the pack. */
type OpenParts = <T>(parts: readonly Part[], use: (raw: Buffer) => T) => T;

/** docs/format/v1.md, "Snapshot". */
export function readConversation(item: Row, openParts: OpenParts): FoundConversation {
  const [conversation, source, format, count, firstMs, lastMs, segmentBytes] = item as unknown as readonly [
    Uint8Array,
    string,
    string,
    number,
    number | null,
    number | null,
    Uint8Array,
  ];
  const places = readCbor(segmentBytes) as readonly Row[];
  // Told before anything is fetched.
  if (places.reduce((sum, [inSegment]) => sum + (inSegment as number), 0) !== count)
    throw new RangeError('another count');
  const messages: object[] = [];
  const segments = places.map(([inSegment, , , parts]) =>
    openParts(parts as unknown as readonly Part[], (raw) => {
      const found = readSegment(raw);
      if (found.length !== inSegment) throw new RangeError('another count');
      messages.push(...found);
      return { messages: found.length, sha256: hex(sha256(raw)) };
    }),
  );
  return { source, format, firstMs, lastMs, conversation: readCbor(conversation), segments, messages };
}

/** The messages of a segment, as vector.json has them. */
export function readSegment(raw: Uint8Array): readonly object[] {
  const { v, senders, messages, ...more } = readCbor(raw) as {
    readonly v: Value;
    readonly senders: readonly string[];
    readonly messages: readonly Row[];
  };
  if (v !== 1 || Object.keys(more).length > 0) throw new RangeError('another version');
  return messages.map(([id, sender, isFromSelf, timeMs, kind, text, rest]) => ({
    id,
    senderId: sender === 0 ? null : senders[(sender as number) - 1],
    isFromSelf,
    timeMs,
    kind: kinds[kind as number],
    ...(text === null ? {} : { text }),
    ...(rest === null ? {} : withNumbers(rest as object)),
  }));
}

/** Latitude and longitude are decimal text, since the format has no floats. */
function withNumbers(rest: object): object {
  if (!('place' in rest)) return rest;
  const place = rest.place as { readonly latitude: string; readonly longitude: string };
  return { ...rest, place: { ...place, latitude: Number(place.latitude), longitude: Number(place.longitude) } };
}
