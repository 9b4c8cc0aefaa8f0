import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { buildEntries } from '../../test/build-entries';
import { acquireRunLock } from './run-lock';

/** A process that takes and gives back the lock when it is told to. */
class Runner {
  readonly child: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;

  constructor(entry: URL, path: string) {
    this.child = spawn(process.execPath, [fileURLToPath(entry), path], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.child.stdout!);
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async answer(): Promise<string> {
    return String((await this.#answers.next()).value);
  }

  ask(what: 'take' | 'release'): void {
    this.child.stdin!.write(`${what}\n`);
  }

  async do(what: 'take' | 'release'): Promise<string> {
    this.ask(what);
    return this.answer();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    this.#lines.close();
  }
}

let entry: URL;
let root: string;
let path: string;
beforeAll(async () => {
  entry = (await buildEntries('lock-entry'))['lock-entry'];
  root = mkdtempSync(join(tmpdir(), 'coffer-lock-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;
beforeEach(() => {
  path = join(root, `${++number}`, 'lock');
});

async function runners(count: number): Promise<readonly Runner[]> {
  const started = Array.from({ length: count }, () => new Runner(entry, path));
  for (const runner of started) expect(await runner.answer()).toBe('ready');
  return started;
}

/** Lets all ask at once. @returns who got it */
async function race(all: readonly Runner[]): Promise<readonly Runner[]> {
  for (const runner of all) runner.ask('take');
  const answers = await Promise.all(all.map((runner) => runner.answer()));
  for (const answer of answers) expect(answer).toMatch(/^held$|^busy: /);
  return all.filter((_runner, at) => answers[at] === 'held');
}

describe('acquireRunLock', () => {
  it('goes to exactly one of the processes that ask at once, each time', async () => {
    const all = await runners(4);
    try {
      for (let round = 0; round < 25; round++) {
        const holders = await race(all);
        expect(holders).toHaveLength(1);
        expect(await holders[0]!.do('release')).toBe('released');
      }
    } finally {
      await Promise.all(all.map((runner) => runner.kill()));
    }
  });

  it('is taken over from a holder that was killed, by exactly one of those that ask at once', async () => {
    let all = await runners(5);
    try {
      while (all.length > 1) {
        const [holder] = await race(all);
        all = all.filter((runner) => runner !== holder);
        expect(await race(all)).toHaveLength(0);
        await holder!.kill();
      }
      expect(await race(all)).toHaveLength(1);
    } finally {
      await Promise.all(all.map((runner) => runner.kill()));
    }
  });

  it('says who holds it, within a process too, and leaves the holder alone', () => {
    const lock = acquireRunLock(path);
    for (let round = 0; round < 2; round++) {
      expect(() => acquireRunLock(path)).toThrow(
        expect.objectContaining({
          code: 'busy',
          message: expect.stringContaining(`(process ${process.pid})`) as string,
        }),
      );
    }
    lock.release();
    expect(existsSync(path)).toBe(false);
    acquireRunLock(path).release();
  });

  it('does not believe a file that names a process, nor one that names nothing', () => {
    acquireRunLock(path).release();
    for (const left of [`${process.pid}`, '1', '', 'rubbish']) {
      writeFileSync(path, left);
      acquireRunLock(path).release();
    }
  });

  it.runIf(process.getuid?.() !== 0)('says what the system says when its folder cannot be written', () => {
    acquireRunLock(path).release();
    const folder = join(path, '..');
    rmSync(`${path}.db`);
    chmodSync(folder, 0o500);
    try {
      expect(() => acquireRunLock(path)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    } finally {
      chmodSync(folder, 0o700);
    }
  });
});
