import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sha256 } from '@coffer/crypto/node';
import { generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Repository } from '../src/index';
import { backUp, nodePlatform } from '../src/node';
import { workerInThisThread as startWorker } from './same-thread';
import { readRepository, type Found } from './independent-reader/read-repository';

const chatLines = Array.from({ length: 1234 }, (_, at) => {
  const minute = String(at % 60).padStart(2, '0');
  return `[05/01/2026, ${String(8 + (Math.floor(at / 60) % 12)).padStart(2, '0')}:${minute}:00] ${at % 2 === 0 ? 'Ada' : 'Bob'}: message ${at}`;
});

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-independent-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(store: MemoryObjectStore, backupKey: BackupKey, repositoryId: Uint8Array): Promise<Found> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of store.list('')) objects.set(key, await store.get(key));
  return readRepository(objects, backupKey, repositoryId);
}

describe('what the engine writes', () => {
  it('opens to the same files and conversations in a reader that shares no code with it', async () => {
    const contents = new Map<string, Uint8Array>([
      ['phone/large', seed('large', 3_000_001)],
      ['phone/deep/er/text', new TextEncoder().encode('the same line again\n'.repeat(40_000))],
      ['phone/empty', new Uint8Array(0)],
      ['phone/_chat.txt', new TextEncoder().encode(`${chatLines.join('\n')}\n`)],
    ]);
    const write = (path: string, bytes: Uint8Array): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    };
    for (const [path, bytes] of contents) write(path, bytes);
    const store = new MemoryObjectStore();
    const backupKey = generateBackupKey();
    const repository = await Repository.create({ store, backupKey, platform: nodePlatform });
    await backUp(repository, [join(folder, 'phone')], { startWorker });
    contents.set('phone/more', seed('more', 100_000));
    write('phone/more', contents.get('phone/more')!);
    await backUp(repository, [join(folder, 'phone')], { startWorker });

    const found = await read(store, backupKey, repository.id);
    const files = found.files as readonly { readonly path: string; readonly sha256: string }[];
    expect(new Map(files.map((file) => [file.path, file.sha256]))).toEqual(
      new Map([...contents].map(([path, bytes]) => [path, toHex(sha256(bytes))])),
    );
    expect([found.head?.generation, found.snapshots.length]).toEqual([2, 2]);
    const [conversation] = found.conversations;
    const snapshot = await repository.openSnapshot();
    const [ours] = await snapshot.conversations();
    expect(conversation!.messages.length).toBe(1234);
    expect(conversation!.messages).toEqual(await repository.readMessages(ours!, 0, 1234));
    expect(conversation!.conversation).toEqual(ours!.conversation);
  });
});
