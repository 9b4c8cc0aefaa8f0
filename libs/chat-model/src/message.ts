import type { Arrival } from './delivery';
import type { Extras } from './extras';

/**
 * What a message is. `unsupported` is a kind that the source names and this project does not know: it is kept, with the
 * source's own name of it in `unsupportedType`, and shown as such.
 *
 * The order is part of the segment encoding: append only.
 */
export const messageKinds = [
  'text',
  'image',
  'video',
  'audio',
  'gif',
  'sticker',
  'document',
  'contact',
  'location',
  'live-location',
  'call',
  'poll',
  'album',
  'system',
  'deleted',
  'unsupported',
] as const;
export type MessageKind = (typeof messageKinds)[number];

/** Facts about a message that are either there or not. The order is the order in which they are stored: append only. */
export const messageMarks = ['starred', 'forwarded', 'view-once', 'deleted-by-admin', 'edited'] as const;
export type MessageMark = (typeof messageMarks)[number];

/** A file that belongs to a message. The bytes are elsewhere, or gone. */
export interface MediaReference {
  /** Path as the source has it, `/` between parts, relative to the source's media folder or zip; never followed as it is. */
  readonly path?: string;
  /** Name for people. */
  readonly name?: string;
  readonly mimeType?: string;
  readonly sizeBytes?: number;
  /** Lower-case hexadecimal SHA-256 of the file, where the source states one. */
  readonly sha256Hex?: string;
  readonly widthPixels?: number;
  readonly heightPixels?: number;
  readonly durationSeconds?: number;
  /** True where the source says that the file was left out of it. */
  readonly isOmitted?: true;
}

/** The message that this one answers, as much of it as the source repeats. */
export interface Quote {
  /** Id of the quoted message in the same conversation, where the source knows it. */
  readonly messageId?: string;
  readonly senderId?: string;
  readonly text?: string;
  readonly kind?: MessageKind;
}

export interface Reaction {
  /** Participant id; null is the owner of the backup. */
  readonly senderId: string | null;
  /** The emoji, or whatever the source has. */
  readonly text: string;
  readonly timeMs?: number;
}

/** An earlier state of the message, or the mere fact that it was edited then. */
export interface Edit {
  readonly timeMs: number;
  /** The text before this edit; absent where the source does not keep it. */
  readonly textBefore?: string;
}

/** Something that the service wrote, not a person. */
export interface SystemEvent {
  /** The source's own name or number of the event, e.g. `12`, or `line` for a line of a text export. */
  readonly action: string;
  /** Ids of the participants that the event is about. */
  readonly participantIds?: readonly string[];
  /** New value, e.g. a new subject. */
  readonly value?: string;
}

export interface Place {
  /** Degrees, -90 to 90. */
  readonly latitude: number;
  /** Degrees, -180 to 180. */
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

export interface Call {
  readonly isVideo?: true;
  readonly isMissed?: true;
  readonly durationSeconds?: number;
}

export interface Poll {
  readonly options: readonly string[];
}

/** One message in the form that every reader produces and every export, backup and screen consumes. */
export interface Message extends Arrival {
  /** Unique within its conversation, and the same each time the source is read. */
  readonly id: string;
  /** Participant id; null where the owner wrote it, where nobody did, or where the source does not say. */
  readonly senderId: string | null;
  /** True where the owner of the backup sent it. */
  readonly isFromSelf: boolean;
  /** Milliseconds since 1970-01-01T00:00:00Z; null where the source has local time only and no zone was given. */
  readonly timeMs: number | null;
  /** `YYYY-MM-DDTHH:MM` or `YYYY-MM-DDTHH:MM:SS`, where the source has the phone's local time only. */
  readonly localTime?: string;
  readonly kind: MessageKind;
  readonly text?: string;
  /** Only with kind `unsupported`, and always there: how the source names the kind. */
  readonly unsupportedType?: string;
  readonly media?: MediaReference;
  readonly quote?: Quote;
  readonly reactions?: readonly Reaction[];
  readonly edits?: readonly Edit[];
  readonly system?: SystemEvent;
  readonly place?: Place;
  /** vCards, as text. */
  readonly contacts?: readonly string[];
  readonly call?: Call;
  readonly poll?: Poll;
  readonly marks?: readonly MessageMark[];
  /** What the source says about the message and has no place above; kept and shown, never interpreted. */
  readonly extras?: Extras;
}
