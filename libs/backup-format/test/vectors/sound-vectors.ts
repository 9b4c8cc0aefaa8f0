import { utf8 } from '@coffer/foundation';

import { objectPaths } from '../../src/index';
import { longerHistories } from './longer-histories';
import { groupChat, hugeMessageChat, longChat, timelessChat } from './sample-chats';
import { linesOfText, noise, sqliteDatabase } from './sample-content';
import { seededRandom } from './random-source';
import { RepositoryMaker } from './repository-maker';
import { opening, vectorOf, type Faults } from './small-repository';
import type { VectorRecipe } from './vector';

const sealedPieceBytes = 16_384;
/** Table of one chunk at offset 0 with lengths of three bytes each, and its length. */
const tableBytes = 43 + 4;

const emptyRepository: VectorRecipe = {
  name: 'empty-repository',
  make: () => {
    const maker = new RepositoryMaker(seededRandom('empty-repository'));
    maker.writeConfig();
    maker.writeKeyring();
    maker.writeKeyslot('digits');
    const nothing = { head: null, snapshots: [], files: [], folders: [], links: [], conversations: [] };
    return vectorOf(maker, 'Config, keyring and a keyslot: no backup yet.', { opens: nothing });
  },
};

const names: Faults = {
  content: (draft) => {
    draft
      .folder('phone', 0o700)
      .folder('phone/empty folder')
      .file('phone/empty', new Uint8Array(0))
      .file('phone/same as a', linesOfText(700))
      .file('phone/a', linesOfText(700))
      .file('phone/a b', utf8('blank'), undefined, 0o600)
      .file('phone/a.', utf8('dot'))
      .file('phone/ä', utf8('umlaut'), undefined, 0o444)
      .file('phone/\uffef', utf8('last of the first plane'))
      .file('phone/𝄞', utf8('a clef: in UTF-16 it would come before the last of the first plane'))
      .file('phone/__proto__', utf8('a name like any other'))
      .link('phone/link', '../outside/of the backup')
      .link('phone/link to a', 'a');
  },
};

const frames: Faults = {
  content: (draft, maker) => {
    const frame = (rest: string): Uint8Array => Uint8Array.from(Buffer.from(`28b52ffd${rest}`, 'hex'));
    const of = (length: number): Uint8Array => utf8('a'.repeat(length));
    const add = (name: string, length: number, rest: string): unknown =>
      draft.file(`phone/${name}`, of(length), [maker.chunk(of(length), frame(rest))]);
    add('run', 100, '206423030061');
    add('run and raw, an empty block between', 101, '20650203006100000029000061' + '61616161');
    add('content size of two bytes', 300, '602c0063090061');
    add('content size of four bytes', 99, 'a0630000001b030061');
    add('content size of eight bytes', 98, 'e0620000000000000013030061');
    add('window of 1 KiB', 301, '40002d006b090061');
    add('window of 8 MiB', 302, '40682e0073090061');
    draft.file('phone/level 3', linesOfText(5000));
  },
};

/** Repositories that open. */
export const soundVectors: readonly VectorRecipe[] = [
  emptyRepository,
  opening('one-file', 'One file of 19 bytes, stored as it is.', {
    content: (draft) => draft.file('hello.txt', utf8('Good day, stranger.')),
  }),
  opening('files-and-a-chat', 'A folder, a compressed text, bytes that do not compress, and a chat of three messages.'),
  opening(
    'names-folders-and-links',
    'Empty files and folders, equal files, links, modes, and names in the order of their UTF-8 bytes.',
    names,
  ),
  opening(
    'file-of-several-chunks',
    'A text of 900,000 bytes, cut by its content; then the same text with a line in front.',
    {
      content: (draft) =>
        draft
          .file('phone/a.txt', linesOfText(900_000))
          .file('phone/b.txt', utf8('in front\n' + new TextDecoder().decode(linesOfText(900_000)))),
    },
  ),
  opening('zstd-frames-of-all-forms', 'Chunks whose frames use every form of header that a reader must take.', frames),
  opening('pack-of-whole-pieces', 'The pack has exactly two pieces of plaintext, so the final piece is empty.', {
    content: (draft) => draft.file('phone/photo.jpg', noise('whole pieces', 2 * sealedPieceBytes - tableBytes - 1)),
  }),
  opening(
    'sqlite-and-conversations',
    'A chat database, cut every 32 KiB, and what is in it as two conversations: every field of the chat model, and no instant at all.',
    {
      content: (draft) => draft.file('phone/msgstore.db', sqliteDatabase(1500)).chat(groupChat).chat(timelessChat),
    },
  ),
  opening('long-conversation', 'A conversation of 1,100 messages: segments of 500, 500 and 100.', {
    content: (draft) => draft.file('phone/msgstore.db', utf8('stands for a database')).chat(longChat(1100)),
  }),
  opening('segment-of-two-parts', 'A message of 1.4 million characters: its segment takes two chunks.', {
    content: (draft) => draft.file('phone/msgstore.db', utf8('stands for a database')).chat(hugeMessageChat),
  }),
  opening(
    'password-keyslot-hints',
    'Keyslots of the kinds digits and password, of a kind that nobody knows, of a later version, and rubbish. None is needed.',
    {},
    ({ maker }) => {
      maker.writeKeyslot('password', { vaultId: maker.random(16), serial: 7, vault: 'vault.example' });
      maker.writeKeyslot('constellation', { stars: 'seven' });
      maker.objects.set(objectPaths.keyslot(maker.random(16)), utf8('rubbish'));
      maker.objects.set(objectPaths.keyslot(maker.random(16)), Uint8Array.from(Buffer.from('a16176187b', 'hex')));
    },
  ),
  opening(
    'foreign-objects',
    'Objects with names that the format does not know lie beside the others.',
    {},
    ({ maker }) => {
      for (const path of [
        'notes.txt',
        'heads/latest',
        'heads/00000000000000000000',
        'packs/1/zz/nothing',
        'keyring/copy',
        'snapshots/01/0',
      ]) {
        maker.objects.set(path, utf8('nothing of ours'));
      }
    },
  ),
  ...longerHistories,
];
