import { createHash, createHmac, argon2Sync } from 'node:crypto';

import { workspaceData } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  ascii,
  derive,
  hex,
  hmac256,
  isSame,
  openSealed,
  openXChaCha,
  padme,
  publicKeyOf,
  sha256,
  u32be,
  verify,
} from './independent-reader/primitives';
import { readSegment } from './independent-reader/read-conversation';
import { readTable, splitSections } from './independent-reader/read-sections';
import { readCbor, type Value } from './independent-reader/strict-cbor';

type Texts = Readonly<Record<string, string>>;
interface Drawn {
  readonly seed: string;
  readonly bytes: number;
}
interface Primitives {
  readonly derivedKeys: Texts & { readonly labels: Readonly<Record<string, Texts>>; readonly sealingKeys: Texts };
  readonly keyring: Texts & {
    readonly epochs: readonly (readonly [number, string])[];
    readonly owners: readonly string[];
  };
  readonly passwordKeyslot: Texts & {
    readonly serial: number;
    readonly account: object;
    readonly ksf: Readonly<Record<string, number>>;
  };
  readonly argon2id: Texts & Readonly<Record<'memoryKiB' | 'iterations' | 'parallelism', number>>;
  readonly sealedObjects: readonly (Texts & {
    readonly plaintext: Drawn;
    readonly epoch: number;
    readonly sealedBytes: number;
  })[];
  readonly chunkId: Texts;
  readonly gearTable: { readonly gearTableKey: string; readonly first: readonly number[]; readonly sha256: string };
  readonly padme: readonly (readonly [number, number])[];
  readonly cuts: readonly {
    readonly input: Partial<Drawn> & {
      readonly zeros?: number;
      readonly sqlitePageBytes?: number;
      readonly zerosAfterItsHeader?: number;
    };
    readonly ends: readonly number[];
  }[];
  readonly config: Texts;
  readonly pack: { readonly chunks: readonly Texts[]; readonly table: string; readonly plaintext: string };
  readonly index: { readonly plaintext: string; readonly packs: Value };
  readonly segment: { readonly messages: readonly object[]; readonly cbor: string };
  readonly statement: Texts;
  readonly head: Texts;
  readonly certificate: Texts;
  readonly ledger: Texts & { readonly event: object; readonly accountHash: Texts };
}

const told = workspaceData().json('libs/backup-format/vectors/primitives.json') as Primitives;
const bytes = (text: string | undefined): Buffer => Buffer.from(text!, 'hex');

/** README.md of the vectors, "Bytes that are drawn". */
function draw({ seed, bytes: length }: Drawn): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; 32 * counter < length; counter++) {
    blocks.push(createHash('sha256').update(`${seed}\0${counter}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** CBOR values with byte strings as hexadecimal, to be compared with JSON. */
function readable(value: Value): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
}

describe('primitives.json, computed by the independent reader', () => {
  it('derives every label', () => {
    const { labels, ...keys } = told.derivedKeys;
    let checked = 0;
    for (const [from, outputs] of Object.entries(labels)) {
      const input = bytes((keys as Texts)[`${from[4]!.toLowerCase()}${from.slice(5)}`]);
      for (const [label, output] of Object.entries(outputs)) {
        expect(hex(derive(input, label, output.length / 2)), label).toBe(output);
        checked++;
      }
    }
    expect(checked).toBe(12);
    expect(hex(publicKeyOf(bytes(keys['ownerSeed'])))).toBe(keys['ownerPublicKey']);
  });

  it('opens the keyring', () => {
    const { backupKey, sealed, keyringVersion: _version, repositoryId, epochs, owners, secret, config } = told.keyring;
    const object = bytes(sealed);
    const plaintext = openXChaCha(
      derive(bytes(backupKey), 'coffer/v1/keyring-wrap'),
      object.subarray(44, 68),
      object.subarray(68),
      object.subarray(0, 44),
    );
    expect(readable(readCbor(plaintext))).toEqual({ config, epochs, features: [], owners, secret });
    expect(hex(object.subarray(20, 36))).toBe(repositoryId);
  });

  it('opens the sealed backup key, and reads the OPAQUE identities', () => {
    const { sealed, exportKey, backupKey, keyId, account, serial, vaultId, ksf } = told.passwordKeyslot;
    const identities = (told.passwordKeyslot as unknown as { identities: Texts }).identities;
    const work = { m: ksf['memoryKiB'], t: ksf['iterations'], p: ksf['parallelism'] };
    const client = readCbor(Buffer.from(identities['client']!, 'base64url'));
    expect(readable(client)).toEqual({ v: 1, ...account, serial, ksf: work });
    expect(readable(readCbor(Buffer.from(identities['server']!, 'base64url')))).toMatchObject({ v: 1, vaultId });
    // {v, ksf, keyId, serial, account, purpose, vaultId} in the order of deterministic CBOR.
    const bound = told.passwordKeyslot['associatedData']!;
    expect(readable(readCbor(bytes(bound)))).toEqual({
      v: 1,
      purpose: 'password',
      account,
      serial,
      vaultId,
      keyId,
      ksf: work,
    });
    const object = bytes(sealed);
    const opened = openXChaCha(
      derive(bytes(exportKey), 'coffer/v1/password-wrap'),
      object.subarray(0, 24),
      object.subarray(24),
      bytes(bound),
    );
    expect(hex(opened)).toBe(backupKey);
  });

  it('stretches a password', () => {
    const { password, salt, memoryKiB: memory, iterations: passes, parallelism, output } = told.argon2id;
    const derived = argon2Sync('argon2id', {
      message: bytes(password),
      nonce: bytes(salt),
      memory,
      passes,
      parallelism,
      tagLength: 64,
    });
    expect(hex(derived)).toBe(output);
  });

  it('opens the short sealed objects, and knows the contexts of all', () => {
    const { repositoryId } = told.keyring;
    const short = told.sealedObjects.filter(({ sealed }) => sealed !== undefined);
    for (const { sealed, inputKey, context, plaintext } of short) {
      expect(hex(openSealed(bytes(inputKey), bytes(context), bytes(sealed)))).toBe(hex(draw(plaintext)));
    }
    for (const { kind, epoch, objectId, context, sealedBytes, plaintext, inputKey } of told.sealedObjects) {
      expect(hex(Buffer.concat([ascii(`coffer/v1/${kind}`), bytes(repositoryId), u32be(epoch), bytes(objectId)]))).toBe(
        context,
      );
      expect(sealedBytes).toBe(56 + plaintext.bytes + 16 * (Math.floor(plaintext.bytes / 16_384) + 1));
      expect(inputKey).toBe(told.derivedKeys.sealingKeys[kind!]);
    }
    expect([short.length, told.sealedObjects.length]).toEqual([3, 7]);
  });

  it('computes chunk id, gear table, Padmé and every cut', () => {
    expect(hex(hmac256(bytes(told.chunkId['chunkIdKey']), bytes(told.chunkId['raw'])))).toBe(told.chunkId['id']);
    const key = bytes(told.gearTable.gearTableKey);
    const table = Buffer.concat(
      Array.from({ length: 32 }, (_, block) => createHmac('sha256', key).update(u32be(block)).digest()),
    );
    expect(hex(sha256(table))).toBe(told.gearTable.sha256);
    const gear = Array.from({ length: 256 }, (_, at) => table.readUInt32BE(4 * at));
    expect(gear.slice(0, told.gearTable.first.length)).toEqual(told.gearTable.first);
    for (const [length, padded] of told.padme) expect(padme(length), String(length)).toBe(padded);
    for (const { input, ends } of told.cuts) expect(cut(inputOf(input), gear)).toEqual(ends);
    expect([told.padme.length, told.cuts.length]).toEqual([32, 6]);
  });

  it('reads pack, index, config and segment', () => {
    const { chunks, table, plaintext } = told.pack;
    const pack = bytes(plaintext);
    for (const [at, [id, offset, storedLength]] of readTable(bytes(table)).entries()) {
      expect(hex(id)).toBe(chunks[at]!['id']);
      expect(hex(pack.subarray(offset, offset + storedLength))).toBe(chunks[at]!['stored']);
    }
    const tableLength = pack.readUInt32BE(pack.length - 4);
    expect(hex(pack.subarray(pack.length - 4 - tableLength, pack.length - 4))).toBe(table);
    expect(readable(readCbor(splitSections(bytes(told.index.plaintext), 1)[0]!))).toEqual({
      v: 1,
      packs: told.index.packs,
    });
    const { cbor, ...config } = told.config;
    expect(readable(readCbor(bytes(cbor)))).toEqual({ v: 1, ...config });
    expect(readSegment(bytes(told.segment.cbor))).toEqual(told.segment.messages);
  });

  it('verifies statement and head', () => {
    const { ownerPublicKey, body, statement, signedBytes, signature } = told.statement;
    expect(verify(bytes(ownerPublicKey), bytes(signedBytes), bytes(signature))).toBe(true);
    const changed = bytes(signedBytes);
    changed[0]! ^= 1;
    expect(verify(bytes(ownerPublicKey), changed, bytes(signature))).toBe(false);
    expect(readable(readCbor(bytes(statement)))).toMatchObject({
      scope: 'repository',
      bodyHash: hex(sha256(bytes(body))),
    });
    const { object, hash, path, body: headBody, ...fields } = told.head;
    const [, , inner] = readCbor(bytes(object)) as readonly Uint8Array[];
    expect(isSame(inner!, bytes(headBody))).toBe(true);
    expect(readable(readCbor(inner!))).toEqual(fields);
    expect([hex(sha256(inner!)), Number(path!.slice(6))]).toEqual([hash, fields['generation']]);
  });

  it('hashes a ledger event into its leaf', () => {
    const { event, cbor, hash, salt, entry, leafHash, accountHash } = told.ledger;
    expect(readable(readCbor(bytes(cbor)))).toEqual(event);
    expect(hex(sha256(bytes(cbor)))).toBe(hash);
    expect(hex(sha256(Buffer.concat([bytes(salt), bytes(cbor)])))).toBe(entry);
    expect(hex(sha256(Buffer.concat([Buffer.of(0), bytes(entry)])))).toBe(leafHash);
    const { vaultId, account, hash: hashOfAccount } = accountHash;
    const label = ascii('coffer/v1/certificate-account\0');
    expect(hex(sha256(Buffer.concat([label, bytes(vaultId), ascii(account!)])))).toBe(hashOfAccount);
  });

  it('verifies the certificate: note, event, leaf and root', () => {
    const { file, certificateKey, ledgerKey, bodyHash } = told.certificate;
    const { certificate, event, salt, leafIndex, inclusion, checkpoint } = JSON.parse(file!) as {
      readonly [part: string]: string;
    } & { readonly leafIndex: number; readonly inclusion: readonly string[] };
    const [first, , body] = openNote(certificate!, certificateKey!);
    expect([first, hex(sha256(Buffer.from(body!, 'base64url')))]).toEqual(['coffer/v1/certificate', bodyHash]);
    expect(readable(readCbor(Buffer.from(event!, 'base64url')))).toMatchObject({
      kind: 'certificate',
      details: { bodyHash },
    });
    const entry = sha256(Buffer.concat([Buffer.from(salt!, 'base64url'), Buffer.from(event!, 'base64url')]));
    const leaf = sha256(Buffer.concat([Buffer.of(0), entry]));
    // Leaf 2 of 3 stands alone at the right of the root (RFC 6962, 2.1).
    const [left, ...more] = inclusion.map((hash) => Buffer.from(hash, 'base64url'));
    expect([leafIndex, more.length]).toEqual([2, 0]);
    const [, size, root] = openNote(checkpoint!, ledgerKey!);
    expect([size, root]).toEqual(['3', sha256(Buffer.concat([Buffer.of(1), left!, leaf])).toString('base64')]);
  });
});

/** The lines of a C2SP signed note. @throws Error where the key did not sign it */
function openNote(note: string, verifierKey: string): readonly string[] {
  const [text, line] = note.split('\n\n');
  const [, name, signature] = /^\u2014 (\S+) (\S+)\n$/.exec(line!)!;
  const [keyName, , key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey)!.slice(1);
  const isSigned = verify(
    Buffer.from(key!, 'base64').subarray(1),
    Buffer.from(`${text}\n`),
    Buffer.from(signature!, 'base64').subarray(4),
  );
  if (name !== keyName || !isSigned) throw new Error('not signed by this key');
  return text!.split('\n');
}

function inputOf({
  seed,
  bytes: length,
  zeros,
  sqlitePageBytes,
  zerosAfterItsHeader,
}: Primitives['cuts'][number]['input']): Buffer {
  if (seed !== undefined) return draw({ seed, bytes: length! });
  if (zeros !== undefined) return Buffer.alloc(zeros);
  const database = Buffer.alloc(18 + zerosAfterItsHeader!);
  database.write('SQLite format 3\0', 'ascii');
  database.writeUInt16BE(sqlitePageBytes === 65_536 ? 1 : sqlitePageBytes!, 16);
  return database;
}

/** docs/format/v1.md, "Chunks": how a writer cuts. */
function cut(file: Buffer, gear: readonly number[]): readonly number[] {
  const ends: number[] = [];
  const isDatabase = file.subarray(0, 16).toString('latin1') === 'SQLite format 3\0';
  for (let start = 0; start < file.length;) {
    start = isDatabase ? endOfPages(file, start) : endByContent(file, start, gear);
    ends.push(start);
  }
  return ends;
}

function endOfPages(file: Buffer, start: number): number {
  const page = file.readUInt16BE(16) === 1 ? 65_536 : file.readUInt16BE(16);
  return Math.min(file.length, start + Math.max(32_768, page));
}

function endByContent(file: Buffer, start: number, gear: readonly number[]): number {
  if (file.length < 65_536) return file.length;
  let hash = 0;
  for (let at = start + 65_536; at < Math.min(file.length, start + 1_048_576); at++) {
    hash = (2 * hash + gear[file[at]!]!) % 2 ** 32;
    if (hash < (at < start + 262_144 ? 2 ** 12 : 2 ** 16)) return at + 1;
  }
  return Math.min(file.length, start + 1_048_576);
}
