import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OpenedSnapshot } from '@coffer/backup-engine';
import { Scrambler, type ChatSource } from '@coffer/chat-model';
import { randomBytes, wipe } from '@coffer/crypto';

import type { CommandContext } from '../command-context';
import { OutputError, writeNewFile } from '../files/new-output';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { openRepository } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { timeRangeOf, type TimeOptions } from '../restore/time-range';
import { nothingWanted, readConversation, wantedConversations, writeDocument } from '../restore/wanted-messages';
import { ScrambledMedia } from './scrambled-media';

/** What `coffer scramble` is asked. */
export interface ScrambleRequest extends RepositoryOptions, TimeOptions {
  readonly snapshot: string | undefined;
  readonly out: string;
  readonly conversation?: string;
  /** False with `--no-media`. */
  readonly media?: boolean;
}

/**
 * Writes the conversations of a snapshot with the same shape and without their content. The secret that they are scrambled with is made
 * here and goes when this ends.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError; OutputError `already-exists`
 */
export async function runScramble(context: CommandContext, request: ScrambleRequest): Promise<void> {
  const range = timeRangeOf(request);
  await requireEmpty(request.out);
  const { repository } = await openRepository(context, request);
  const snapshot = await repository.openSnapshot(request.snapshot);
  const found = await wantedConversations(snapshot, { conversationId: request.conversation, range });
  const secret = randomBytes(32);
  const figures = { conversations: 0, messages: 0, media: 0, mediaBytes: 0 };
  try {
    const scrambler = new Scrambler(secret);
    const media = await mediaOf(request, scrambler, snapshot);
    for (const one of found) {
      const source = await readConversation(context, repository, one);
      if (source === undefined) continue;
      figures.conversations += 1;
      figures.messages += source.counts.messages;
      const name = `conversation-${figures.conversations}.json`;
      await writeDocument(context, request.out, name, scrambler.source(source));
      if (media !== undefined) await writeMedia(context, media, source, join(request.out, 'media'), figures);
    }
  } finally {
    wipe(secret);
  }
  if (figures.conversations === 0) throw nothingWanted();
  const files =
    figures.media === 0 ? '' : ` and ${formatCount(figures.media)} files (${formatBytes(figures.mediaBytes)})`;
  context.reporter.summary(
    { snapshot: snapshot.idHex, ...figures, out: request.out },
    `Wrote ${formatCount(figures.messages)} messages of nonsense${files} into ${printable(request.out)}. Look at them before you ` +
      'send them: how many there are, how long, and at what time of day is still true.',
  );
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new OutputError(
    'already-exists',
    `"${printable(folder)}" is not empty. Nothing was written: name a new folder or an empty one.`,
  );
}

async function mediaOf(
  { media }: ScrambleRequest,
  scrambler: Scrambler,
  snapshot: OpenedSnapshot,
): Promise<ScrambledMedia | undefined> {
  return media === false ? undefined : new ScrambledMedia(scrambler, await snapshot.items());
}

async function writeMedia(
  { signal, reporter }: CommandContext,
  media: ScrambledMedia,
  source: ChatSource,
  folder: string,
  figures: { media: number; mediaBytes: number },
): Promise<void> {
  for (const file of media.filesOf(source)) {
    const { path, sizeBytes } = file;
    const name = path.slice(path.lastIndexOf('/') + 1);
    await writeNewFile(join(folder, dirname(path)), name, { isForced: false, signal }, async (write) => {
      for (const piece of file.bytes()) await write(piece);
    });
    figures.media += 1;
    figures.mediaBytes += sizeBytes;
    reporter.progress({ phase: 'media', doneBytes: figures.mediaBytes, doneItems: figures.media });
  }
}
