import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '@coffer/test-kit';
import {
  openBackup as openInBrowser,
  identifyBackup as identifyInBrowser,
  startSqlite,
  type Sqlite,
} from '../../src/browser';
import { openTableWriter } from '../../src/browser/table-writer';
import { pieceSource, webCiphers } from '../../src/browser/web-platform';
import type { BackupInspection } from '../../src/index';
import { inspectBackup, openBackup as openInNode } from '../../src/node';
import { nodeCiphers, openPieceSource } from '../../src/node/node-platform';
import { rebuildTables as rebuildInNode } from '../../src/node/signal-android-tables';
import type { OpenOptions } from '../../src/open-options';
import { openAndroidContent } from '../../src/signal-android/android-file';
import { openedAndroid } from '../../src/signal-android/opened-android';
import { rebuildTables } from '../../src/signal-android/rebuild-tables';
import type { ByteSource } from '../../src/zip/zip-directory';
import type { Opener } from './try-file';

/** The Node half, then the browser half. */
export type HalvesOpeners = readonly [Opener, Opener];

/** Where the files that are tried lie. Not where temporary files would be: see COFFER's readers, which must leave none. */
const folder = mkdtempSync(join(tmpdir(), 'coffer-fuzz-files-'));

/** Removes the files that were tried. */
export const removeFiles = (): void => rmSync(folder, { recursive: true });

let started: Promise<Sqlite> | undefined;
const sqlite = (): Promise<Sqlite> => {
  const path = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
  return (started ??= WebAssembly.compile(readFileSync(path)).then(startSqlite));
};

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  sizeBytes: bytes.length,
  read: (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
});

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** What `coffer open` and the page that opens files do: look at the file, then open it. */
export function openersWith({
  name,
  options,
}: {
  readonly name: string;
  readonly options: OpenOptions;
}): HalvesOpeners {
  return [
    async (bytes) => {
      const path = written(name, bytes);
      if (options.signalKeys === undefined) inspectBackup(path);
      return openInNode(path, options);
    },
    async (bytes) => {
      const file = { name, ...sourceOf(bytes) };
      if (options.signalKeys === undefined) await identifyInBrowser(file, sqlite);
      return openInBrowser(file, sqlite, options);
    },
  ];
}

/** Instead of a passphrase, whose 250,000 hashes would be all that is measured. */
export const androidKeys = { cipherKey: seed('cipher key'), macKey: seed('mac key') };

const keysOf = () => ({ cipherKey: new Uint8Array(androidKeys.cipherKey), macKey: new Uint8Array(androidKeys.macKey) });

const android: BackupInspection = {
  format: 'signal-android-backup',
  description: '',
  keyWanted: 'signal-passphrase',
  isSupported: true,
  sizeBytes: 0,
  facts: {},
};

/** Both halves from behind the passphrase on. */
export const androidOpeners: HalvesOpeners = [
  async (bytes) => {
    const source = openPieceSource(written('signal.backup', bytes));
    const file = await openAndroidContent(source, nodeCiphers, keysOf);
    return openedAndroid({
      file,
      fileName: 'signal.backup',
      inspection: android,
      rebuild: (content) => rebuildInNode(content),
    });
  },
  async (bytes) => {
    const file = await openAndroidContent(pieceSource(sourceOf(bytes)), webCiphers, keysOf);
    const rebuild: Parameters<typeof openedAndroid>[0]['rebuild'] = async (content) =>
      rebuildTables(content, { writer: openTableWriter(await sqlite()), sha256: webCiphers.sha256 });
    return openedAndroid({ file, fileName: 'signal.backup', inspection: android, rebuild });
  },
];
