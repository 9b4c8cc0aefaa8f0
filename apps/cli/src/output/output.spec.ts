import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CofferError } from '@coffer/foundation';
import { VaultClientError } from '@coffer/vault-client';
import { describe, expect, it } from 'vitest';
import { describeError } from './describe-error';
import { formatBytes, formatCount, formatDuration } from './format';
import { createReporter, progressText } from './reporter';

function sink(isTTY = false): { written: string; isTTY: boolean; write(text: string): void } {
  return {
    written: '',
    isTTY,
    write(text) {
      this.written += text;
    },
  };
}

function failureOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('describeError', () => {
  it.each([
    ['wrong-key', 3],
    ['damaged', 4],
    ['unreachable', 5],
    ['no-attempts-left', 6],
    ['unsupported-format', 7],
    ['refused', 8],
    ['something-new', 1],
  ])('gives code %s its exit code %i', (code, exitCode) => {
    expect(describeError(new CofferError(code, 'said'))).toMatchObject({ code, message: 'said', exitCode });
  });

  it('says what is safe when the disk is full', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/x/y' });
    expect(describeError(full)).toMatchObject({
      code: 'disk-full',
      exitCode: 1,
      message: expect.stringContaining('removed'),
    });
  });

  it('says what stands where a folder should be made', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'coffer-output-')), 'a-file');
    writeFileSync(file, 'mine');
    const described = describeError(failureOf(() => mkdirSync(file, { recursive: true })));
    expect(described).toMatchObject({ code: 'already-exists', exitCode: 8, message: expect.stringContaining(file) });
    rmSync(dirname(file), { recursive: true });
  });

  it.each([
    ['unreachable', 5, 'check the network'],
    ['token-expired', 8, 'coffer login'],
    ['vault-sealed', 5, 'operator'],
    ['not-found', 1, 'getHead: there is none'],
  ] as const)('says what to do where the vault says %s', (code, exitCode, words) => {
    const error = new VaultClientError(code, 'getHead: there is none', { status: 503 });
    expect(describeError(error)).toMatchObject({ code, exitCode, message: expect.stringContaining(words) as string });
  });

  it('never shows a stack', () => {
    expect(JSON.stringify(describeError(new Error('odd')))).not.toContain('at ');
  });
});

describe('createReporter', () => {
  it('prints nothing but JSON lines when asked for JSON', () => {
    const [stdout, stderr] = [sink(), sink()];
    const reporter = createReporter({ json: true, stdout, stderr });
    reporter.progress({ phase: 'reading', doneBytes: 1, totalBytes: 2 });
    reporter.note('for people');
    reporter.warn('w', 'careful');
    reporter.summary({ chats: 3 }, 'three chats');
    expect(
      stdout.written
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { type: 'progress', phase: 'reading', doneBytes: 1, totalBytes: 2 },
      { type: 'warning', code: 'w', message: 'careful' },
      { type: 'summary', chats: 3 },
    ]);
    expect(stderr.written).toBe('');
  });

  it('clears the progress line of a terminal before it says anything else', () => {
    const [stdout, stderr] = [sink(true), sink(true)];
    const reporter = createReporter({ json: false, stdout, stderr });
    reporter.progress({ phase: 'reading', doneBytes: 1000 });
    reporter.summary({}, 'done');
    expect(stderr.written).toBe('\r\u001b[Kreading 1.0 kB\r\u001b[K');
    expect(stdout.written).toBe('done\n');
  });
});

describe('progress in JSON', () => {
  it('is told at most ten times a second, and at the end of each phase, with rate and time left where they are known', () => {
    const written: string[] = [];
    const reporter = createReporter({
      json: true,
      stdout: { write: (text) => written.push(text) },
      stderr: { write: () => 0 },
    });
    const rate = { storedBytes: 7, bytesPerSecond: 100, secondsLeft: null };
    for (const doneBytes of [0, 5, 10, 10]) reporter.progress({ phase: 'backup', doneBytes, totalBytes: 10, ...rate });
    reporter.progress({ phase: 'finish', doneBytes: 10, totalBytes: 10 });
    expect(written.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'progress', phase: 'backup', doneBytes: 0, totalBytes: 10, ...rate },
      { type: 'progress', phase: 'backup', doneBytes: 10, totalBytes: 10, ...rate },
      { type: 'progress', phase: 'finish', doneBytes: 10, totalBytes: 10 },
    ]);
  });
});

describe('progressText', () => {
  it('says the rate and the time that the work itself reckons', () => {
    const progress = { phase: 'backup', doneBytes: 2e6, totalBytes: 10e6, bytesPerSecond: 4e6, secondsLeft: 30 };
    expect(progressText(progress, 2, 2e6)).toBe('backup 2.0 MB of 10.0 MB, 4.0 MB/s, 30 s left');
    expect(progressText({ ...progress, bytesPerSecond: 0, secondsLeft: null }, 2, 2e6)).toBe(
      'backup 2.0 MB of 10.0 MB',
    );
  });
  it('gives rate and time left once there is a rate', () => {
    const progress = { phase: 'reading', doneBytes: 2e6, totalBytes: 1e7 };
    expect(progressText(progress, 2, 2e6)).toBe('reading 2.0 MB of 10.0 MB, 1.0 MB/s, 8 s left');
  });
});

describe('format', () => {
  it('uses units that people read', () => {
    expect([0, 999, 1000, 123_456_789].map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '123.5 MB']);
    expect([5, 75, 7260].map(formatDuration)).toEqual(['5 s', '1 min 15 s', '2 h 1 min']);
  });
});

describe('formatCount', () => {
  it.each([0, 7, 999, 1000, 12_345, 123_456, 1_234_567, -1234, Number.MAX_SAFE_INTEGER])('writes %i', (count) => {
    expect(formatCount(count)).toBe(count.toLocaleString('en'));
  });
});
