import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { FileItem, FolderItem, SnapshotItem } from '@coffer/backup-format';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { finishFiles } from './file-writer';
import { diskFault, RestoreTarget } from './restore-target';

let outside: string;
let root: string;
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'coffer-target-'));
  root = join(outside, 'out');
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

const file = (path: string, sizeBytes = 3): FileItem => ({
  ...{ kind: 'file', path, mode: 0o640, mtimeMs: 1_700_000_000_000, sizeBytes },
  chunkIds: new Uint8Array(32),
});
const folder = (path: string): FolderItem => ({ kind: 'folder', path, mode: 0o750, mtimeMs: 1_700_000_000_000 });
const link = (path: string, target: string): SnapshotItem & { kind: 'link' } => ({
  ...{ kind: 'link', path, mtimeMs: 1_700_000_000_000, target },
});

/** Restores small files as a run does, with these bytes. */
function restoreFiles(target: RestoreTarget, files: readonly FileItem[], content: string): void {
  target.makeFolders(files);
  for (const item of files) {
    const temporary = target.makeTemporary(item);
    writeFileSync(temporary, content);
    const { mode, mtimeMs } = item;
    finishFiles([{ temporary, path: target.pathOf(item), mode, mtimeMs }]);
  }
}

describe('RestoreTarget', () => {
  describe('constructor', () => {
    it('takes a new folder and an empty one', () => {
      for (const path of [root, root, join(outside, 'a/b/c')]) expect(() => new RestoreTarget(path)).not.toThrow();
    });

    it.each(['a file in it', 'a hidden file in it', 'a link in it', 'a folder in it'])(
      'refuses a folder with %s',
      (what) => {
        mkdirSync(root);
        const path = join(root, what === 'a hidden file in it' ? '.hidden' : 'x');
        if (what === 'a link in it') symlinkSync('/nowhere', path);
        else if (what === 'a folder in it') mkdirSync(path);
        else writeFileSync(path, 'mine');
        expect(() => new RestoreTarget(root)).toThrow(expect.objectContaining({ code: 'target-exists' }));
        expect(readdirSync(root)).toHaveLength(1);
      },
    );

    it('refuses a file, a path below one, and a link that leads nowhere', () => {
      writeFileSync(root, 'mine');
      const dangling = join(outside, 'dangling');
      symlinkSync(join(outside, 'nowhere'), dangling);
      for (const path of [root, join(root, 'below'), dangling]) {
        expect(() => new RestoreTarget(path), path).toThrow(expect.objectContaining({ code: 'target-exists' }));
      }
      expect(readFileSync(root, 'utf8')).toBe('mine');
    });
  });

  describe('pathOf', () => {
    it.each(['..', '../x', 'a/../../x', 'a/../..', '.', 'a/..', '', '/', '..//x', '../out-beside'])(
      'B17: refuses %j, which does not lie below the folder, whatever a snapshot reader let through',
      (path) => {
        const target = new RestoreTarget(root);
        expect(() => target.pathOf(file(path))).toThrow(expect.objectContaining({ code: 'unsafe-item' }));
        expect(() => target.makeFolders([folder(path)])).toThrow();
        expect(() => target.makeTemporary(file(path))).toThrow();
        expect(readdirSync(outside)).toEqual(['out']);
      },
    );

    it.each(['/etc/passwd', '//etc/passwd', 'a/./b', 'a//b', '...', '..a', '~/x', '-rf', 'C:\\x', '\u202egpj.exe'])(
      'B17: puts %j below the folder',
      (path) => {
        const absolute = new RestoreTarget(root, 'linux').pathOf(file(path));
        expect(absolute.startsWith(`${resolve(root)}/`)).toBe(true);
      },
    );

    it('B17: makes nothing of a name with NUL', () => {
      const target = new RestoreTarget(root);
      expect(() => target.makeTemporary(file('a\0b/c'))).toThrow();
      expect(() => target.makeFolders([folder('a\0b')])).toThrow();
      expect(readdirSync(root)).toEqual([]);
    });

    it.each([
      ...[
        'con',
        'CON',
        'nul.txt',
        'a/aux',
        'com1',
        'LPT9.log',
        'prn/x',
        'a:b',
        'a:stream',
        'C:\\x',
        '..\\x',
        'a\\..\\..\\x',
      ],
      ...['trailing.', 'trailing ', 'a./b', 'what?', 'a|b', 'a<b', 'a"b', 'a*b', 'tab\tbed'],
    ])('B17: refuses %j on Windows', (path) => {
      const target = new RestoreTarget(root, 'win32');
      expect(() => target.pathOf(file(path))).toThrow(expect.objectContaining({ code: 'unsafe-item' }));
    });

    it.each(['console', 'com', 'com10', 'nulls.txt', 'auxiliary/x', 'a.con', '.hidden', 'a b', 'ünïcode'])(
      'takes %j on Windows',
      (path) => {
        expect(() => new RestoreTarget(root, 'win32').pathOf(file(path))).not.toThrow();
      },
    );
  });

  describe('makeFolders', () => {
    it('makes those of items and those on the way to files', () => {
      new RestoreTarget(root).makeFolders([folder('a'), folder('a/empty'), file('a/b/c'), link('d/l', 'x')]);
      expect(readdirSync(root, { recursive: true }).sort()).toEqual(['a', 'a/b', 'a/empty', 'd']);
    });

    it('refuses a folder whose name is there already, as where upper and lower case are one', () => {
      const target = new RestoreTarget(root);
      // A file system that folds case finds "a" where it made "A": so does every one that is asked for "a" twice.
      expect(() => target.makeFolders([folder('a'), folder('a')])).toThrow(
        expect.objectContaining({ code: 'unsafe-item' }),
      );
    });
  });

  describe('makeLink', () => {
    it('B17: makes what the link says, which is not followed', () => {
      const target = new RestoreTarget(root);
      target.makeLink(link('l', '../../etc/passwd'));
      expect(readlinkSync(join(root, 'l'))).toBe('../../etc/passwd');
    });

    it('leaves alone what has the name', () => {
      const target = new RestoreTarget(root);
      restoreFiles(target, [file('x')], 'abc');
      expect(() => target.makeLink(link('x', '/etc'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
      expect(readFileSync(join(root, 'x'), 'utf8')).toBe('abc');
    });
  });

  describe('removeTemporaries', () => {
    it('removes what has no final name yet and nothing else', () => {
      const target = new RestoreTarget(root);
      restoreFiles(target, [file('a/done')], 'abc');
      target.makeTemporary(file('a/begun', 1_000_000));
      expect(readdirSync(join(root, 'a'))).toHaveLength(2);
      target.removeTemporaries();
      expect(readdirSync(join(root, 'a'))).toEqual(['done']);
    });
  });
});

describe('finishFiles', () => {
  it('gives mode, time and name', () => {
    restoreFiles(new RestoreTarget(root), [file('x')], 'abc');
    const { mode, mtimeMs, nlink } = statSync(join(root, 'x'));
    expect([mode & 0o777, mtimeMs, nlink]).toEqual([0o640, 1_700_000_000_000, 1]);
  });

  it.each(['a file', 'a link that leads elsewhere', 'a folder'])(
    'never replaces nor follows %s that has the name',
    (what) => {
      const target = new RestoreTarget(root);
      const temporary = target.makeTemporary(file('x'));
      const secret = join(outside, 'secret');
      writeFileSync(secret, 'mine');
      const path = join(root, 'x');
      if (what === 'a file') writeFileSync(path, 'mine');
      else if (what === 'a folder') mkdirSync(path);
      else symlinkSync(secret, path);
      const finish = (): void => finishFiles([{ temporary, path, mode: 0o600, mtimeMs: 0 }]);
      expect(finish).toThrow(expect.objectContaining({ code: 'EEXIST' }));
      expect(readFileSync(secret, 'utf8')).toBe('mine');
      if (what !== 'a folder') expect(readFileSync(path, 'utf8')).toBe('mine');
      target.removeTemporaries();
      expect(existsSync(temporary)).toBe(false);
    },
  );
});

describe('diskFault', () => {
  const fault = (code: string): unknown => diskFault(Object.assign(new Error(code), { code }));

  it.each([
    ['ENOSPC', 'disk-full', /free some space/],
    ['EDQUOT', 'disk-full', /free some space/],
    ['EFBIG', 'disk-full', /another disk/],
    ['EEXIST', 'unsafe-item', /Nothing was overwritten/],
  ])('says %s as %s and what to do', (code, said, message) => {
    expect(fault(code)).toMatchObject({ code: said, message: expect.stringMatching(message) as string });
  });

  it('leaves other errors as they are', () => {
    expect(fault('EACCES')).toMatchObject({ code: 'EACCES' });
  });
});
