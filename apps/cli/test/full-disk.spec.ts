import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const coffer = resolve(import.meta.dirname, '../bin/coffer.mjs');
const megabyte = 1024 * 1024;

interface Run {
  readonly code: number | null;
  /** The line of type `error`, where there is one. */
  readonly error: Readonly<Record<string, unknown>> | undefined;
  readonly printed: string;
}

/** @param fileBlocks - largest file that the command may write, in blocks of 512 bytes */
function run(args: readonly string[], fileBlocks?: number): Run {
  const command = [process.execPath, coffer, ...args, '--json'];
  const limited = ['/bin/sh', '-c', `ulimit -f ${fileBlocks ?? ''} && exec "$0" "$@"`, ...command];
  const [program, ...rest] = fileBlocks === undefined ? command : limited;
  const { status, stdout, stderr } = spawnSync(program!, rest, { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.includes('"type":"error"'));
  return { code: status, error: lines.map((line) => JSON.parse(line) as Run['error'])[0], printed: stdout + stderr };
}

/** SHA-256 of every file below a folder, hidden ones among them, by relative path. */
function hashesBelow(folder: string): ReadonlyMap<string, string> {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((path) => [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

let root: string;
let source: string;
let chat: string;
let store: string;
let common: readonly string[];
let expected: ReadonlyMap<string, string>;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-full-'));
  source = join(root, 'source');
  mkdirSync(source);
  for (let number = 0; number < 8; number++) writeFileSync(join(source, `file-${number}`), randomBytes(1_500_000));
  writeFileSync(join(source, 'small'), 'small');
  expected = hashesBelow(source);
  chat = join(root, '_chat.txt');
  const line = (number: number): string => `[23/11/2026, 10:00:00] Sam: message ${number}\r\n`;
  writeFileSync(chat, Array.from({ length: 60_000 }, (_nothing, number) => line(number)).join(''));
  store = join(root, 'store');
  common = ['--store', `file:${store}`, '--key', join(root, 'key'), '--home', join(root, 'home')];
  expect(run(['init', '--store', `file:${store}`, '--key-out', join(root, 'key')]).code).toBe(0);
  expect(run(['backup', source, ...common]).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Files under their final names are whole, and there are no others. */
function expectWholeFilesOnly(out: string): void {
  for (const [path, hash] of hashesBelow(out)) expect(hash, path).toBe(expected.get(path.replace(/^source\//, '')));
}

describe('a file that the disk does not take', () => {
  // As on a FAT file system, and where a quota ends: the system says EFBIG.
  it('leaves nothing half-written of a restore', () => {
    const out = join(root, 'out-limited');
    const { code, error, printed } = run(['restore', ...common, '--out', out], 2048);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'disk-full' } });
    expect(error?.['message']).toMatch(/half-written was removed; restore to another disk/);
    expectWholeFilesOnly(out);
    expect(run(['restore', ...common, '--out', join(root, 'out-free')]).code).toBe(0);
    expect(hashesBelow(join(root, 'out-free/source'))).toEqual(expected);
  });

  it('leaves nothing half-written of an opened backup', () => {
    const out = join(root, 'opened-limited');
    const open = ['open', chat, '--format', 'json', '--out', out];
    const { code, error, printed } = run(open, 2048);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'disk-full' } });
    expect(error?.['message']).toMatch(/half-written was removed/);
    expect(hashesBelow(out).size).toBe(0);
    expect(run(open).code).toBe(0);
    expect(hashesBelow(out).size).toBe(1);
  });

  it('leaves the store as it was when a backup stops', () => {
    const copy = join(root, 'store-copy');
    cpSync(store, copy, { recursive: true });
    const other = ['--store', `file:${copy}`, '--key', join(root, 'key'), '--home', join(root, 'home-copy')];
    const before = hashesBelow(copy);
    const more = join(root, 'more');
    mkdirSync(more);
    writeFileSync(join(more, 'large'), randomBytes(3_000_000));
    const { code, error, printed } = run(['backup', more, ...other], 2048);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'store-full' } });
    expect(error?.['message']).toMatch(/backups in it are untouched.*run the same command again/);
    expect(hashesBelow(copy)).toEqual(before);
    expect(run(['backup', more, ...other]).code).toBe(0);
    expect(run(['verify', ...other]).code).toBe(0);
  });
});

/** A real small disk; undefined where this process may not mount one. */
class SmallDisk {
  private constructor(readonly folder: string) {}

  static mount(folder: string, bytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'coffer-small-disk', folder]);
    return status === 0 ? new SmallDisk(folder) : undefined;
  }

  grow(bytes: number): void {
    expect(spawnSync('mount', ['-o', `remount,size=${bytes}`, this.folder]).status).toBe(0);
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder]);
  }
}

const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-mount-'));
  const disk = SmallDisk.mount(folder, megabyte);
  disk?.unmount();
  rmSync(folder, { recursive: true, force: true });
  if (disk === undefined)
    process.stderr.write('SKIPPED a full disk: no file system can be mounted here (it takes root)\n');
  return disk !== undefined;
})();

describe.runIf(existsSync('/dev/full'))('standard output on a full disk', () => {
  it('ends the command with a word on the other output', () => {
    const command = ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, coffer, '--help'];
    const { status, stderr } = spawnSync('/bin/sh', command, { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('ENOSPC') as string });
  });
});

describe.runIf(canMount)('a full disk', () => {
  let disk: SmallDisk;
  let at: string;
  let number = 0;
  beforeEach(() => {
    at = join(root, `disk-${++number}`);
    disk = SmallDisk.mount(at, 6 * megabyte)!;
  });
  afterEach(() => disk.unmount());

  it('stops a restore, which leaves whole files and no parts, and goes through once there is room', () => {
    const { code, error, printed } = run(['restore', ...common, '--out', join(at, 'out')]);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'disk-full', systemCode: 'ENOSPC' } });
    expect(error?.['message']).toMatch(/half-written was removed; free some space and restore again/);
    expectWholeFilesOnly(join(at, 'out'));
    disk.grow(64 * megabyte);
    expect(run(['restore', ...common, '--out', join(at, 'again')]).code).toBe(0);
    expect(hashesBelow(join(at, 'again/source')).size).toBeGreaterThan(0);
  });

  it('stops a backup, whose store keeps the one before, and the next run goes on', () => {
    const small = ['--store', `file:${join(at, 'store')}`, '--key', join(at, 'key'), '--home', join(root, 'home-2')];
    expect(run(['init', ...small.slice(0, 2), '--key-out', join(at, 'key')]).code).toBe(0);
    expect(run(['backup', join(source, 'small'), ...small]).code).toBe(0);
    const before = hashesBelow(join(at, 'store'));
    const { code, error, printed } = run(['backup', source, ...small]);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'store-full' } });
    expect(error?.['message']).toMatch(/backups in it are untouched.*run the same command again/);
    const after = hashesBelow(join(at, 'store'));
    for (const [path, hash] of before) expect(after.get(path), path).toBe(hash);
    expect([...after.keys()].filter((path) => path.includes('.tmp-'))).toEqual([]);
    expect(run(['verify', ...small]).code).toBe(0);
    disk.grow(64 * megabyte);
    expect(run(['backup', source, ...small]).code).toBe(0);
    expect(run(['verify', ...small]).code).toBe(0);
    expect(run(['restore', ...small, '--out', join(at, 'out')]).code).toBe(0);
    expect(hashesBelow(join(at, 'out/source'))).toEqual(expected);
  });

  it('stops the opening of a backup, which leaves nothing', () => {
    const open = ['open', chat, '--format', 'json', '--out', join(at, 'out')];
    const { code, error, printed } = run(open);
    expect({ code, error }, printed).toMatchObject({ code: 1, error: { code: 'disk-full' } });
    expect(hashesBelow(join(at, 'out')).size).toBe(0);
    disk.grow(64 * megabyte);
    expect(run(open).code).toBe(0);
    expect(hashesBelow(join(at, 'out')).size).toBe(1);
  });
});
