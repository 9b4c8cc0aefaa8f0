import type { Repository } from '@coffer/backup-engine';
import {
  digestSection,
  encodeConversationItems,
  encodeFileItems,
  encodeSnapshot,
  encodeSnapshotSummary,
  objectIdHex,
  objectPaths,
  PackBuilder,
  type ConversationItem,
  type Segment,
  type SegmentPack,
} from '@coffer/backup-format';
import { cutSegments, encodeSegment, type Conversation, type Message } from '@coffer/chat-model';
import { randomBytes } from '@coffer/crypto';
import { deriveChunkIdKey } from '@coffer/device-crypto';
import { hashHead, signRepositoryStatement, type Head } from '@coffer/evidence';

/** One conversation to be put into a snapshot. */
export interface SampleChat {
  readonly conversation: Conversation;
  /** From the oldest to the newest. */
  readonly messages: readonly Message[];
}

/** Writes conversations as one pack and one snapshot, and makes it current: the shortest way to a real backup. */
export async function writeSnapshot(
  repository: Repository,
  chats: readonly SampleChat[],
  device: string,
): Promise<void> {
  const { access } = repository;
  const { objects, store, keyring, clock, repositoryId, keyId, ownerKey } = access;
  const { epoch } = keyring.epochs.at(-1)!;
  const packId = randomBytes(16);
  const builder = new PackBuilder();
  const chunkKey = deriveChunkIdKey(keyring.repositorySecret);
  const drafts: {
    chat: SampleChat;
    segments: Omit<Segment, 'parts'>[];
    places: { id: Uint8Array<ArrayBuffer>; offset: number; storedLength: number; rawLength: number }[];
  }[] = [];
  for (const chat of chats) {
    const draft: (typeof drafts)[number] = { chat, segments: [], places: [] };
    for (const run of cutSegments(chat.messages)) {
      const raw = encodeSegment(run);
      const id = new Uint8Array(await access.platform.hmacSha256(chunkKey, raw));
      const { offset, storedLength } = builder.add(id, raw, raw.length, false);
      draft.places.push({ id, offset, storedLength, rawLength: raw.length });
      draft.segments.push({ messages: run.length, firstMs: instantOf(run[0]), lastMs: instantOf(run.at(-1)) });
    }
    drafts.push(draft);
  }
  const sealedPack = await objects.seal({ kind: 'pack', epoch, id: packId }, builder.finish().plaintext);
  await store.put(objectPaths.pack(epoch, packId), sealedPack);
  const pack: SegmentPack = { epoch, packId, sealedBytes: sealedPack.length };
  const items = drafts.map(({ chat, segments, places }): ConversationItem => ({
    conversation: chat.conversation,
    source: 'phone/msgstore.db',
    format: 'whatsapp-msgstore',
    messages: chat.messages.length,
    firstMs: instantOf(chat.messages[0]),
    lastMs: instantOf(chat.messages.at(-1)),
    segments: segments.map((segment, index) => ({ ...segment, parts: [{ ...places[index]!, pack }] })),
  }));
  const current = await repository.head();
  const conversations = encodeConversationItems(items);
  const files = encodeFileItems([]);
  const id = randomBytes(16);
  const body = encodeSnapshotSummary({
    id,
    generation: (current?.head.generation ?? 0) + 1,
    parent: null,
    createdAtMs: clock.nowMs(),
    device,
    sources: [{ kind: 'folder', name: 'phone' }],
    counts: {
      files: 0,
      folders: 0,
      links: 0,
      conversations: chats.length,
      messages: chats.reduce((sum, { messages }) => sum + messages.length, 0),
    },
    bytes: 0,
    indexes: [],
    conversations: digestSection(conversations),
    files: digestSection(files),
  });
  const signed = signRepositoryStatement(ownerKey.seed, { purpose: 'snapshot', repositoryId, keyId }, body);
  const sealed = await objects.seal({ kind: 'snapshot', epoch, id }, encodeSnapshot({ signed, conversations, files }));
  await store.put(objectPaths.snapshot(epoch, id), sealed);
  const head: Head = {
    v: 1,
    repositoryId,
    keyId,
    keyringVersion: keyring.keyringVersion,
    epoch,
    generation: (current?.head.generation ?? 0) + 1,
    previous: current === undefined ? null : hashHead(current.head),
    pruneGeneration: 0,
    snapshotId: objectIdHex(id),
    snapshotSha256: await access.platform.sha256(sealed),
  };
  const signedHead = signRepositoryStatement(ownerKey.seed, { purpose: 'head', repositoryId, keyId }, head);
  const next = { head, hash: hashHead(head), signed: signedHead };
  await access.headKeeper.replace(next.signed, current);
}

function instantOf(message: Message | undefined): number | null {
  return message?.timeMs ?? null;
}
