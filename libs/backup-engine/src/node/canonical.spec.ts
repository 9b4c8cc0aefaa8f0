import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openChatSource } from '@coffer/chat-formats/node';
import { jsonDocument } from '@coffer/chat-model';
import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore } from '@coffer/object-store';
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';

import { arbitraryEdit, arbitraryHistory, canonical, edited, type ChatHistory } from '../../test/chat-histories';
import { workerInThisThread as startWorker } from '../../test/same-thread';
import { ProcessMemory } from '../device-memory';
import { Repository } from '../repository';
import { backUp } from './back-up';
import { FileCacheInFile } from './file-cache';
import { nodePlatform as platform } from './platform';
import { restoreSnapshot } from './restore';

/** What stands in the conversations of the newest snapshot, read by segments as the portal does. */
async function backedUp(repository: Repository): Promise<string> {
  const stored = await (await repository.openSnapshot()).conversations();
  const histories: ChatHistory[] = [];
  for (const item of stored) {
    histories.push({
      conversation: item.conversation,
      messages: await repository.readMessages(item, 0, Number.POSITIVE_INFINITY),
    });
  }
  return canonical(stored[0]?.format ?? 'chats', histories);
}

/** What a chat file of the disk holds. */
async function readFrom(path: string): Promise<string> {
  const source = (await openChatSource(path))!;
  try {
    return [...jsonDocument(source)].join('');
  } finally {
    source.close();
  }
}

// Two services on one device, a file beside them, and what happens to them from backup to backup.
const beginning = fc.array(arbitraryHistory, { maxLength: 2 });
const edits = fc.array(fc.array(arbitraryEdit, { maxLength: 3 }), { minLength: 1, maxLength: 4 });

property.prop([beginning, beginning, edits, fc.uint8Array({ maxLength: 5000 })], { numRuns: 2 })(
  'canonical(source) is canonical(restore(backup(source))), whatever was edited between backups',
  async (first, second, rounds, media) => {
    const root = mkdtempSync(join(tmpdir(), 'coffer-canonical-'));
    try {
      const source = join(root, 'source');
      mkdirSync(join(source, 'media'), { recursive: true });
      writeFileSync(join(source, 'media/one.bin'), media);
      writeFileSync(join(source, 'second.json'), canonical('chats', unique(second)));
      const options = { store: new MemoryObjectStore(), backupKey: generateBackupKey(), platform };
      const { id } = await Repository.create(options);
      const cache = new FileCacheInFile(join(root, 'cache'));
      let histories = unique(first);
      for (const [number, round] of [[], ...rounds].entries()) {
        for (const edit of round) histories = unique(edited(histories, edit));
        const document = canonical('chats', histories);
        writeFileSync(join(source, 'chats.json'), document);
        const device = await Repository.open({ ...options, memory: new ProcessMemory() }, id);
        await backUp(device, [source], { startWorker, cache });

        // Somebody else, who has nothing but the key and the store.
        const repository = await Repository.open({ ...options, memory: new ProcessMemory() }, id);
        const out = join(root, `out-${number}`);
        await restoreSnapshot(repository, await repository.openSnapshot(), out, { startWorker });
        expect(await readFrom(join(out, 'source/chats.json'))).toBe(document);
        expect(await readFrom(join(out, 'source/second.json'))).toBe(canonical('chats', unique(second)));
        expect(readFileSync(join(out, 'source/media/one.bin')).equals(media)).toBe(true);
        expect(await backedUp(repository)).toBe(canonical('chats', [...histories, ...unique(second)]));
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
  300_000,
);

/** A document names each conversation once. */
function unique(histories: readonly ChatHistory[]): readonly ChatHistory[] {
  return [...new Map(histories.map((one) => [one.conversation.id, one])).values()];
}
