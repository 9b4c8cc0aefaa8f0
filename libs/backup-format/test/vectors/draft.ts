import { encodeSegment, cutSegments, type Conversation, type Message } from '@coffer/chat-model';
import { sha256 } from '@coffer/crypto';
import { deriveGearTableKey } from '@coffer/device-crypto';
import { concatBytes, equalBytes, toHex } from '@coffer/foundation';

import {
  comparePaths,
  cutterFor,
  drawGearTable,
  formatLimits,
  worthwhileFrameBytes,
  type ConversationItem,
  type FolderItem,
  type LinkItem,
  type SegmentPart,
  type SnapshotItem,
} from '../../src/index';
import type { Chunk, WrittenPack } from './made-objects';
import type { RepositoryMaker } from './repository-maker';
import { createdAtMs } from './summary-of';
import type { Expected } from './vector';

/** One conversation to be stored. */
export interface SampleChat {
  /** Path of the file that it was read from. */
  readonly source: string;
  readonly format: string;
  readonly conversation: Conversation;
  /** From the oldest. */
  readonly messages: readonly Message[];
}

interface DraftFile {
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly bytes: Uint8Array;
  readonly chunks: readonly Chunk[];
}

interface DraftSegment {
  readonly messages: readonly Message[];
  readonly raw: Uint8Array;
  readonly chunks: readonly Chunk[];
}

const mtimeMs = createdAtMs - 86_400_000;
/** Longer conversations are told by the hashes of their segments alone. */
const listedMessages = 20;
const listedBytes = 16_384;

/** What a backup should hold: cut into chunks, and told as vector.json tells it. */
export class Draft {
  readonly #maker: RepositoryMaker;
  readonly #files: DraftFile[] = [];
  readonly #folders: FolderItem[] = [];
  readonly #links: LinkItem[] = [];
  readonly #chats: { readonly chat: SampleChat; readonly segments: readonly DraftSegment[] }[] = [];

  constructor(maker: RepositoryMaker) {
    this.#maker = maker;
  }

  /** @param chunks - cut and compressed as Coffer's writer does, unless given */
  file(path: string, bytes: Uint8Array, chunks = this.#cut(bytes), mode = 0o644): this {
    this.#files.push({ path, mode, mtimeMs, bytes, chunks });
    return this;
  }

  folder(path: string, mode = 0o755): this {
    this.#folders.push({ kind: 'folder', path, mode, mtimeMs });
    return this;
  }

  link(path: string, target: string): this {
    this.#links.push({ kind: 'link', path, mtimeMs, target });
    return this;
  }

  chat(chat: SampleChat): this {
    const segments = [...cutSegments(chat.messages)].map((messages): DraftSegment => {
      const raw = encodeSegment(messages);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < raw.length; at += formatLimits.chunkBytes) {
        parts.push(raw.subarray(at, at + formatLimits.chunkBytes));
      }
      return { messages, raw, chunks: parts.map((part) => this.#compressed(part)) };
    });
    this.#chats.push({ chat, segments });
    return this;
  }

  /** Every chunk once, in the order of files and conversations. */
  get chunks(): readonly Chunk[] {
    const all = [
      ...this.#files.flatMap(({ chunks }) => chunks),
      ...this.#chats.flatMap(({ segments }) => segments.flatMap(({ chunks }) => chunks)),
    ];
    return all.filter((chunk, at) => all.findIndex(({ id }) => equalBytes(id, chunk.id)) === at);
  }

  items(): readonly SnapshotItem[] {
    const files = this.#files.map(({ path, mode, mtimeMs: changedMs, bytes, chunks }): SnapshotItem => {
      const chunkIds = concatBytes(...chunks.map(({ id }) => id));
      return { kind: 'file', path, mode, mtimeMs: changedMs, sizeBytes: bytes.length, chunkIds };
    });
    return [...files, ...this.#folders, ...this.#links];
  }

  /** @param packs - where the segments lie; later ones hold */
  conversations(packs: readonly WrittenPack[]): readonly ConversationItem[] {
    return this.#chats.map(({ chat: { source, format, conversation, messages }, segments }) => ({
      source,
      format,
      conversation,
      messages: messages.length,
      ...spanOf(messages),
      segments: segments.map((segment) => ({
        messages: segment.messages.length,
        ...spanOf(segment.messages),
        parts: segment.chunks.map((chunk) => placeOf(chunk, packs)),
      })),
    }));
  }

  expected(): Pick<Expected, 'files' | 'folders' | 'links' | 'conversations'> {
    const byPath = (left: { readonly path: string }, right: { readonly path: string }): number =>
      comparePaths(left.path, right.path);
    const files = this.#files.map(({ path, mode, mtimeMs: changedMs, bytes }) => {
      return { path, mode, mtimeMs: changedMs, sizeBytes: bytes.length, sha256: toHex(sha256(bytes)) };
    });
    return {
      files: files.sort(byPath),
      folders: this.#folders.map(({ kind: _kind, ...folder }) => folder).sort(byPath),
      links: this.#links.map(({ kind: _kind, ...link }) => link).sort(byPath),
      conversations: this.#chats.map(({ chat: { source, format, conversation, messages }, segments }) => {
        const bytes = segments.reduce((sum, { raw }) => sum + raw.length, 0);
        return {
          source,
          format,
          ...spanOf(messages),
          conversation,
          segments: segments.map((segment) => {
            return { messages: segment.messages.length, sha256: toHex(sha256(segment.raw)) };
          }),
          ...(messages.length <= listedMessages && bytes <= listedBytes ? { messages } : {}),
        };
      }),
    };
  }

  #cut(bytes: Uint8Array): readonly Chunk[] {
    const cutter = cutterFor(bytes, drawGearTable(deriveGearTableKey(this.#maker.secret)));
    const chunks: Chunk[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.length < formatLimits.chunkLeastBytes ? bytes.length : cutter(bytes, start, bytes.length, true);
      chunks.push(this.#compressed(bytes.subarray(start, end)));
      start = end;
    }
    return chunks;
  }

  #compressed(raw: Uint8Array): Chunk {
    const chunk = this.#maker.chunk(raw, true);
    return chunk.content.length <= worthwhileFrameBytes(raw.length) ? chunk : this.#maker.chunk(raw);
  }
}

function placeOf(chunk: Chunk, packs: readonly WrittenPack[]): SegmentPart {
  const pack = packs.findLast(({ entries }) => entries.some(({ id }) => equalBytes(id, chunk.id)))!;
  return { ...pack.entries.find(({ id }) => equalBytes(id, chunk.id))!, pack };
}

/** The earliest and the latest instant. */
function spanOf(messages: readonly Message[]): { readonly firstMs: number | null; readonly lastMs: number | null } {
  const times = messages.map(({ timeMs }) => timeMs).filter((timeMs) => timeMs !== null);
  return times.length === 0
    ? { firstMs: null, lastMs: null }
    : { firstMs: Math.min(...times), lastMs: Math.max(...times) };
}
