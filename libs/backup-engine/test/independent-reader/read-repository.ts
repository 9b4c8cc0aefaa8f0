// A reader of docs/format/v1.md that shares no line with the project: written from that text, docs/wire.md ("Statements") and
// docs/key-labels.md alone. Slow and whole: it reads everything and refuses at the first fault.
import { ascii, derive, hex, isSame, openXChaCha, publicKeyOf, sha256, u32be } from './primitives';
import { at, fields, get, list, must, Refused, type Objects } from './refusal';
import { signedBody } from './signed-body';
import { SnapshotReader, type Found, type Head, type Keyring } from './snapshot-reader';
import { readCbor, type Value } from './strict-cbor';

export { Refused, type Found };

/** What a device remembers, as vector.json has it. */
export interface Seen {
  readonly generation: number;
  readonly keyringVersion: number;
  readonly epoch: number;
  readonly headSha256: string;
}

/** Everything that a repository holds. @throws Refused at the first object that is not what it must be */
export function readRepository(objects: Objects, backupKey: Uint8Array, repositoryId: Uint8Array, seen?: Seen): Found {
  return new Reader(objects, backupKey, repositoryId).read(seen);
}

class Reader {
  readonly #objects: Objects;
  readonly #backupKey: Uint8Array;
  readonly #repositoryId: Uint8Array;
  readonly #keyId: Uint8Array;
  readonly #owner: Uint8Array;

  constructor(objects: Objects, backupKey: Uint8Array, repositoryId: Uint8Array) {
    this.#objects = objects;
    this.#backupKey = backupKey;
    this.#repositoryId = repositoryId;
    this.#keyId = derive(backupKey, 'coffer/v1/key-id', 8);
    this.#owner = publicKeyOf(derive(backupKey, 'coffer/v1/owner-signature'));
  }

  read(seen?: Seen): Found {
    const keyrings = list(this.#objects, 'keyring/');
    if (!keyrings.some((path) => path.startsWith(`keyring/${hex(this.#keyId)}-`)))
      throw new Refused('wrong-key', keyrings[0]!);
    const current = this.#readHead(seen);
    const reader = new SnapshotReader(this.#objects, this.#repositoryId, this.#readKeyring(current?.head));
    if (current === undefined)
      return { head: null, snapshots: [], files: [], folders: [], links: [], conversations: [] };
    const { generation, keyringVersion, epoch, snapshotId } = current.head;
    const head = { generation, keyringVersion, epoch, snapshotId, sha256: hex(current.hash) };
    return { head, snapshots: reader.listSnapshots(current.head), ...reader.readSnapshot(current.head) };
  }

  // docs/format/v1.md, "Head"

  #readHead(seen: Seen | undefined): { readonly head: Head; readonly hash: Uint8Array } | undefined {
    const paths = list(this.#objects, 'heads/').filter(
      (path) => /^heads\/\d{20}$/.test(path) && Number(path.slice(6)) > 0,
    );
    for (const path of [...paths].reverse()) {
      const head = this.#headAt(path);
      if (head === undefined) continue;
      const hash = sha256((readCbor(get(this.#objects, path)) as readonly Uint8Array[])[2]!);
      const isOlder =
        seen !== undefined &&
        (head.generation < seen.generation ||
          head.keyringVersion < seen.keyringVersion ||
          head.epoch < seen.epoch ||
          (head.generation === seen.generation && hex(hash) !== seen.headSha256));
      if (isOlder) throw new Refused('head-rolled-back', path);
      return { head, hash };
    }
    if (paths.length > 0) throw new Refused('damaged', paths.at(-1)!);
    if (seen !== undefined) throw new Refused('head-rolled-back', `heads/${String(seen.generation).padStart(20, '0')}`);
    return undefined;
  }

  /** The head at a path; undefined where it is none of the owner's. */
  #headAt(path: string): Head | undefined {
    try {
      const body = signedBody(
        readCbor(get(this.#objects, path)),
        'head',
        this.#repositoryId,
        [this.#owner],
        this.#keyId,
      );
      const names =
        'v repositoryId keyId keyringVersion epoch generation previous pruneGeneration snapshotId snapshotSha256';
      const head = fields(readCbor(body), names, path) as Head;
      must(isSame(head['repositoryId'] as Uint8Array, this.#repositoryId), 'of another repository');
      must(isSame(head['keyId'] as Uint8Array, this.#keyId), 'of another key');
      must(head.generation === Number(path.slice(6)), 'of another generation');
      return head;
    } catch {
      return undefined;
    }
  }

  // docs/format/v1.md, "Objects in the clear"

  #readKeyring(head: Head | undefined): Keyring {
    const version = head?.keyringVersion ?? 1;
    const path = `keyring/${hex(this.#keyId)}-${version}`;
    const sealed = get(this.#objects, path);
    const { config: expected, ...opened } = at(path, () => {
      const start = Buffer.concat([ascii('CofferKR'), u32be(1), u32be(version)]);
      if (isSame(sealed.subarray(0, 8), start.subarray(0, 8)) && !isSame(sealed.subarray(8, 12), u32be(1))) {
        throw new Refused('unsupported-version', path);
      }
      must(isSame(sealed.subarray(0, 16), start), 'another start');
      must(
        isSame(sealed.subarray(20, 44), Buffer.concat([this.#repositoryId, this.#keyId])),
        'another repository or key',
      );
      const wrapKey = derive(this.#backupKey, 'coffer/v1/keyring-wrap');
      const plaintext = openXChaCha(wrapKey, sealed.subarray(44, 68), sealed.subarray(68), sealed.subarray(0, 44));
      const keyring = fields(readCbor(plaintext), 'config epochs features owners secret', path);
      const epochs = keyring['epochs'] as readonly (readonly [number, Uint8Array])[];
      const last = epochs.at(-1)![0];
      must(isSame(sealed.subarray(16, 20), u32be(last)) && last >= (head?.epoch ?? 1), 'another epoch');
      const owners = keyring['owners'] as readonly Uint8Array[];
      must(isSame(owners.at(-1)!, this.#owner), 'another owner');
      if ((keyring['features'] as readonly Value[]).length > 0) throw new Refused('unsupported-feature', path);
      const secret = keyring['secret'] as Uint8Array;
      return { config: keyring['config'] as Uint8Array, epochs: new Map(epochs), owners, secret };
    });
    const config = get(this.#objects, 'config');
    at('config', () => {
      must(isSame(sha256(config), expected), 'another config');
      const map = fields(readCbor(config), 'v repositoryId features createdAtMs', 'config');
      if ((map['features'] as readonly Value[]).length > 0) throw new Refused('unsupported-feature', 'config');
      must(isSame(map['repositoryId'] as Uint8Array, this.#repositoryId), 'another repository');
    });
    return opened;
  }
}
