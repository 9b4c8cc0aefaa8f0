import { formatLimits, readPack } from '@coffer/backup-format';
import { sha256 } from '@coffer/crypto/node';
import { sealingContext } from '@coffer/device-crypto';
import { openChunkedSync } from '@coffer/device-crypto/node';
import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ChunkTable } from '../chunk-table';
import { packMemoryBytes } from '../workers/pack-memory';
import { threadPlatform } from '../node/engine-worker';
import { newCompressionHabit } from './compression-habit';
import { PackSink } from './pack-sink';
import type { BackupSetup, SealedPackMessage } from '../workers/worker-messages';

const chunkBytes = formatLimits.chunkBytes;
/** Incompressible chunks of the largest size that fill one pack. */
const chunksPerPack = Math.floor(formatLimits.packPlainBytes / (chunkBytes + 64));

let setup: BackupSetup;
let sent: SealedPackMessage[];
let sink: PackSink;
let added: Uint8Array[];
beforeEach(() => {
  setup = {
    repositoryId: seed('repository', 16),
    epoch: 1,
    packKey: seed('pack key', 32),
    chunkIdKey: seed('chunk id key', 32),
    gearTable: new Int32Array(256),
    table: ChunkTable.allocate(1000, true).memory,
    memory: new ArrayBuffer(packMemoryBytes),
  };
  sent = [];
  added = [];
  sink = newSink(setup);
});

function newSink(given: BackupSetup): PackSink {
  return new PackSink(given, threadPlatform({ openChats: async () => undefined }), {
    send: (pack) => sent.push(pack),
    claim: async () => expect.fail('the table is shared'),
  });
}

async function add(raw: Uint8Array): Promise<void> {
  const id = new Uint8Array(32);
  const [isOurs] = await sink.claim([raw], id, 0);
  if (isOurs !== 1) return;
  await sink.add(id, raw, newCompressionHabit(true));
  added.push(raw);
}

const random = seed('chunks', chunkBytes);
/** Another chunk for each number. */
function chunk(number: number, bytes: number = chunkBytes): Uint8Array {
  const raw = random.slice(0, bytes);
  new DataView(raw.buffer).setUint32(0, number);
  return raw;
}

const hashOf = (bytes: Uint8Array): string => toHex(sha256(bytes));

/** Hashes of the chunks of a sent pack, as they lie in it without their flags. */
function chunksOf({ packId, sealed }: SealedPackMessage): readonly string[] {
  const context = sealingContext('pack', setup.repositoryId, setup.epoch, packId);
  const plaintext = openChunkedSync({ inputKey: setup.packKey, context }, sealed);
  return readPack(plaintext).map(({ offset, storedLength }) =>
    hashOf(plaintext.subarray(offset + 1, offset + storedLength)),
  );
}

describe('PackSink', () => {
  it('B14: seals no two packs under one salt, though the generator of a machine that was set back repeats itself', async () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => bytes);
    try {
      for (const number of [1, 2]) {
        await add(chunk(number, 1000));
        await sink.flush();
        sink.goOn(new ArrayBuffer(packMemoryBytes));
      }
      const [one, other] = sent;
      expect(one!.packId).toEqual(other!.packId);
      expect(one!.sealed.slice(0, 24)).not.toEqual(other!.sealed.slice(0, 24));
    } finally {
      vi.restoreAllMocks();
    }
  });

  describe('add', () => {
    it('sends a full pack, sealed where it lay, and waits with the next chunk for other memory', async () => {
      for (let number = 0; number < chunksPerPack; number++) await add(chunk(number));
      expect(sent).toHaveLength(0);
      let isAdded = false;
      const adding = add(chunk(chunksPerPack)).then(() => (isAdded = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect([sent.length, isAdded]).toEqual([1, false]);
      expect(sent[0]!.sealed.buffer).toBe(setup.memory);
      expect(chunksOf(sent[0]!)).toEqual(added.slice(0, chunksPerPack).map(hashOf));
      const other = new ArrayBuffer(packMemoryBytes);
      sink.goOn(other);
      await adding;
      await sink.flush();
      expect(sent[1]!.sealed.buffer).toBe(other);
      expect(chunksOf(sent[1]!)).toEqual([hashOf(chunk(chunksPerPack))]);
    });

    it('puts nothing of an earlier pack into a later one when memory comes back', async () => {
      await add(chunk(1, 500_000));
      await sink.flush();
      sink.goOn(setup.memory);
      await add(chunk(2, 1000));
      await sink.flush();
      const { packId, sealed } = sent[1]!;
      const context = sealingContext('pack', setup.repositoryId, setup.epoch, packId);
      const plaintext = openChunkedSync({ inputKey: setup.packKey, context }, sealed);
      const [entry] = readPack(plaintext);
      const tableBytes = sent[1]!.table.length + 4;
      const padding = plaintext.subarray(entry!.offset + entry!.storedLength, plaintext.length - tableBytes);
      expect(padding.every((byte) => byte === 0)).toBe(true);
    });

    it('takes each chunk once', async () => {
      for (const number of [1, 2, 1, 2, 3]) await add(chunk(number, 1000));
      expect(added).toHaveLength(3);
      await sink.flush();
      expect(chunksOf(sent[0]!)).toHaveLength(3);
    });
  });

  describe('flush', () => {
    it('sends nothing where nothing was added, or was sent already', async () => {
      await sink.flush();
      await add(chunk(1));
      await sink.flush();
      await sink.flush();
      sink.goOn(new ArrayBuffer(packMemoryBytes));
      await sink.flush();
      expect(sent).toHaveLength(1);
    });
  });
});
