import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { sha256 } from '@coffer/crypto';
import { EncodingError, requireBytes, toHex, utf8 } from '@coffer/foundation';

import { writeFileAtomically } from '../files/atomic-file';
import { HomeError } from './home-error';

const folderMode = 0o700;
const fileMode = 0o600;
const openToOthers = 0o077;
const writableByOthers = 0o022;
const hasModes = process.platform !== 'win32';

const defaultMaximumBytes = 1024 * 1024;

/** What a reader of a file of the home may say. */
export interface ReadOptions {
  readonly maximumBytes?: number;
  readonly isSecret?: boolean;
}

/**
 * This device's folder (`--home`): folders 0700, files 0600, each file whole or not there.
 *
 *     deployment.json        the pinned deployment (deployment-file.ts)
 *     session.json           tokens of the identity provider
 *     stores/<store>.json    how this device signs in at a store of its person
 *     keys/<key id>          backup keys of this device, until `coffer lock`
 *     verified/<repository id>  when it was read back last and found sound
 *     seen/<repository id>   newest head, keyring version and epoch seen: nothing older is believed
 *     setup.json             which key a set-up that was interrupted had begun with
 *     rotations/<id>.json    new backup key of a change that was begun, until it is over
 *     schedule.json          what is backed up by itself, and when; schedule-state.json: how the runs went
 *     ledger.json            last checkpoint and chain position seen
 *     locks/<repository id>  keeps two runs apart
 *     cache/<repository id>/ what can be fetched again; cache/code/: the program as V8 has compiled it (bin/code-cache.mjs)
 *     taking-in-…/           plaintext on its way into the backup, while `coffer purge start` runs
 */
export class HomeDirectory {
  /** Absolute. */
  readonly path: string;

  /** @param path - value of `readConfig().home` */
  constructor(path: string) {
    this.path = resolve(path);
  }

  get deploymentFile(): string {
    return join(this.path, 'deployment.json');
  }

  get sessionFile(): string {
    return join(this.path, 'session.json');
  }

  /** @param store - what names the store: the start of its URL, or all of it */
  storeFile(store: string): string {
    return join(this.path, 'stores', `${toHex(sha256(utf8(store)).subarray(0, 16))}.json`);
  }

  get setupFile(): string {
    return join(this.path, 'setup.json');
  }

  get rotationsFolder(): string {
    return join(this.path, 'rotations');
  }

  /** @param subject - account id, or repository id as hex */
  rotationFile(subject: string): string {
    return join(this.rotationsFolder, `${requireSubject(subject)}.json`);
  }

  get scheduleFile(): string {
    return join(this.path, 'schedule.json');
  }

  get scheduleStateFile(): string {
    return join(this.path, 'schedule-state.json');
  }

  get ledgerFile(): string {
    return join(this.path, 'ledger.json');
  }

  get keysFolder(): string {
    return join(this.path, 'keys');
  }

  /** @param keyId - 8 bytes */
  keyFile(keyId: Uint8Array): string {
    return join(this.keysFolder, toHex(requireBytes(keyId, 8, 'keyId')));
  }

  /** @param repositoryId - 16 bytes */
  seenFile(repositoryId: Uint8Array): string {
    return join(this.path, 'seen', repositoryName(repositoryId));
  }

  /** @param repositoryId - 16 bytes */
  verifiedFile(repositoryId: Uint8Array): string {
    return join(this.path, 'verified', repositoryName(repositoryId));
  }

  /** @param repositoryId - 16 bytes */
  damagedFile(repositoryId: Uint8Array): string {
    return join(this.path, 'damaged', repositoryName(repositoryId));
  }

  /** @param repositoryId - 16 bytes */
  lockFile(repositoryId: Uint8Array): string {
    return join(this.path, 'locks', repositoryName(repositoryId));
  }

  /** @param folder - of an export that messages are put into, as the system names it */
  exportLockFile(folder: string): string {
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
    return join(this.path, 'locks', `export-${name}`);
  }

  /** @param repositoryId - 16 bytes */
  cacheFolder(repositoryId: Uint8Array): string {
    return join(this.path, 'cache', repositoryName(repositoryId));
  }

  /**
   * Makes the folder (and `folder` in it) where it is missing, and closes it to others where it is open.
   *
   * @throws EncodingError `out-of-range` where `folder` is not in this home
   */
  async ensure(folder: string = this.path): Promise<void> {
    const inside = relative(this.path, folder);
    if (inside.startsWith('..')) throw new EncodingError('out-of-range', 'the folder is not in this home');
    await mkdir(folder, { recursive: true, mode: folderMode });
    for (let path = folder; ; path = dirname(path)) {
      await closeToOthers(path);
      if (path === this.path) return;
    }
  }

  /**
   * Writes one file of the home: 0600, whole or not at all.
   *
   * @param file - one of the paths of this class
   */
  async write(file: string, content: Uint8Array | string): Promise<void> {
    await this.ensure(dirname(file));
    await writeFileAtomically(file, (writer) => writer.write(content), { mode: fileMode });
  }

  /**
   * Reads one file of the home.
   *
   * @param options.maximumBytes - 1 MiB unless told
   * @param options.isSecret - true unless told: nobody else may read it; in any case nobody else may write it
   * @returns undefined where there is none
   * @throws HomeError `refused` where other people of this machine may, `damaged` where it is larger than `maximumBytes`
   */
  async read(
    file: string,
    { maximumBytes = defaultMaximumBytes, isSecret = true }: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const handle = await open(file, 'r').catch(absent);
    if (handle === undefined) return undefined;
    try {
      const { mode, size } = await handle.stat();
      if (hasModes && (mode & (isSecret ? openToOthers : writableByOthers)) !== 0) {
        throw new HomeError(
          'refused',
          `"${file}" is open to other people of this machine. Nothing was read; run: chmod 600 "${file}"`,
        );
      }
      if (size > maximumBytes) throw new HomeError('damaged', `"${file}" is too large to be what it should be.`);
      return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
  }

  /** Removes one file of the home. @returns whether there was one */
  async remove(file: string): Promise<boolean> {
    const isThere = (await lstat(file).catch(absent)) !== undefined;
    await rm(file, { force: true });
    return isThere;
  }

  /** Names in one folder of the home, sorted; left-overs of an interrupted write are left out. */
  async list(folder: string): Promise<readonly string[]> {
    const names = (await readdir(folder).catch(absent)) ?? [];
    return names.filter((name) => !name.startsWith('.')).sort();
  }
}

async function closeToOthers(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if (hasModes && (mode & openToOthers) !== 0) await chmod(folder, folderMode);
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

/** @throws EncodingError `out-of-range` on anything that could lead out of the folder */
function requireSubject(subject: string): string {
  if (/^[0-9a-f-]{32,36}$/.test(subject)) return subject;
  throw new EncodingError('out-of-range', 'a rotation is named by an account id or a repository id');
}

function repositoryName(repositoryId: Uint8Array): string {
  // Hex: some file systems take two names that differ in case only for one.
  return toHex(requireBytes(repositoryId, 16, 'repositoryId'));
}
