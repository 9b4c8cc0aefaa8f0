import { encodeSegment } from '@coffer/chat-model';
import { hmacSha256, sha256 } from '@coffer/crypto';
import { deriveChunkIdKey, deriveGearTableKey, deriveKeyId, deriveOwnerKey } from '@coffer/device-crypto';
import { hashHead, encodeHead, signRepositoryStatement, type Head } from '@coffer/evidence';
import { toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';

import {
  cutterFor,
  drawGearTable,
  encodeIndex,
  encodeRepositoryConfig,
  encodeSigned,
  PackBuilder,
  padme,
} from '../../src/index';
import { backupKey, drawn, repositoryId, repositorySecret } from './key-primitives';
import { groupChat } from './sample-chats';
import { createdAtMs } from './summary-of';

const padmeSamples = [
  0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 100, 127, 129, 255, 257, 1000, 1023, 1025, 4097, 16_385, 65_537,
  100_000, 999_999, 1_048_577, 16_777_215, 16_777_216, 268_435_455,
];
const numberBytes = 4;

/** docs/format/v1.md, "Chunks" and "Sealed objects" (Padmé). */
export function chunkPrimitives(): object {
  const raw = utf8('Good day, stranger.');
  const gear = drawGearTable(deriveGearTableKey(repositorySecret));
  const unsigned = new Uint8Array(numberBytes * gear.length);
  const view = new DataView(unsigned.buffer);
  gear.forEach((number, at) => view.setInt32(numberBytes * at, number));
  return {
    chunkId: {
      chunkIdKey: toHex(deriveChunkIdKey(repositorySecret)),
      raw: toHex(raw),
      id: toHex(hmacSha256(deriveChunkIdKey(repositorySecret), raw)),
    },
    gearTable: {
      gearTableKey: toHex(deriveGearTableKey(repositorySecret)),
      first: Array.from(gear.subarray(0, 12), (number) => number >>> 0),
      sha256: toHex(sha256(unsigned)),
    },
    padme: padmeSamples.map((length) => [length, padme(length)]),
    cuts: [
      {
        input: drawn('primitives: noise to be cut', 2_500_000),
        ...cut(seed('primitives: noise to be cut', 2_500_000)),
      },
      { input: { zeros: 2_200_000 }, ...cut(new Uint8Array(2_200_000)) },
      { input: drawn('primitives: a short file', 65_535), ...cut(seed('primitives: a short file', 65_535)) },
      {
        input: drawn('primitives: a file of the least length', 65_536),
        ...cut(seed('primitives: a file of the least length', 65_536)),
      },
      ...[4096, 65_536].map((pageBytes) => {
        return {
          input: { sqlitePageBytes: pageBytes, zerosAfterItsHeader: 200_000 - 18 },
          ...cut(databaseOf(pageBytes, 200_000)),
        };
      }),
    ],
  };
}

/** Where the chunks of a file end. */
function cut(bytes: Uint8Array): { readonly ends: readonly number[] } {
  const cutter = cutterFor(bytes, drawGearTable(deriveGearTableKey(repositorySecret)));
  const ends: number[] = [];
  for (let start = 0; start < bytes.length;) {
    start = bytes.length < 65_536 ? bytes.length : cutter(bytes, start, bytes.length, true);
    ends.push(start);
  }
  return { ends };
}

/** The first 18 bytes of a database, then zeros. */
function databaseOf(pageBytes: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(utf8('SQLite format 3\0'));
  new DataView(bytes.buffer).setUint16(16, pageBytes === 65_536 ? 1 : pageBytes);
  return bytes;
}

/** docs/format/v1.md, "Objects in the clear", "Pack" and "Index": plaintexts. */
export function objectPrimitives(): object {
  const builder = new PackBuilder();
  const chunks = ['first', 'second'].map((name, at) => {
    const raw = utf8(`the ${name} chunk`);
    const id = hmacSha256(deriveChunkIdKey(repositorySecret), raw);
    builder.add(id, raw, raw.length, false);
    return { id: toHex(id), raw: toHex(raw), stored: toHex(new Uint8Array([0, ...raw])), at };
  });
  const { plaintext, table } = builder.finish();
  const packId = seed('primitives: pack id', 16);
  const index = encodeIndex([{ epoch: 1, packId, sealedBytes: plaintext.length + 72, table }]);
  return {
    config: {
      repositoryId: toHex(repositoryId),
      features: [],
      createdAtMs,
      cbor: toHex(encodeRepositoryConfig({ repositoryId, features: [], createdAtMs })),
    },
    pack: { chunks: chunks.map(({ at: _at, ...chunk }) => chunk), table: toHex(table), plaintext: toHex(plaintext) },
    index: { packs: [[1, toHex(packId), plaintext.length + 72, toHex(table)]], plaintext: toHex(index) },
  };
}

/** docs/format/v1.md, "Chat model". */
export function segmentPrimitive(): object {
  return { messages: groupChat.messages, cbor: toHex(encodeSegment(groupChat.messages)) };
}

const fields = { repositoryId, keyId: deriveKeyId(backupKey) };

/** docs/wire.md, "Statements": an owner-signed statement of the scope `repository`. */
export function statementPrimitive(): object {
  const owner = deriveOwnerKey(backupKey);
  const body = utf8('the body of a snapshot');
  const signed = signRepositoryStatement(owner.seed, { purpose: 'snapshot', ...fields }, body);
  return {
    ownerSeed: toHex(owner.seed),
    ownerPublicKey: toHex(owner.publicKey),
    purpose: 'snapshot',
    body: toHex(body),
    statement: toHex(signed.statement),
    signedBytes: toHex(utf8('coffer/v1/repository-statement\0')) + toHex(signed.statement),
    signature: toHex(signed.signature),
    signed: toHex(encodeSigned(signed)),
  };
}

/** docs/format/v1.md, "Head". */
export function headPrimitive(): object {
  const head: Head = {
    v: 1,
    ...fields,
    keyringVersion: 2,
    epoch: 2,
    generation: 41,
    previous: seed('primitives: the head before'),
    pruneGeneration: 3,
    snapshotId: toHex(seed('primitives: snapshot id', 16)),
    snapshotSha256: seed('primitives: sealed snapshot'),
  };
  const signed = signRepositoryStatement(deriveOwnerKey(backupKey).seed, { purpose: 'head', ...fields }, head);
  const told = Object.entries(head).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? toHex(value) : (value as unknown),
  ]);
  return {
    ...(Object.fromEntries(told) as object),
    path: 'heads/00000000000000000041',
    body: toHex(encodeHead(head)),
    hash: toHex(hashHead(head)),
    object: toHex(encodeSigned(signed)),
  };
}
