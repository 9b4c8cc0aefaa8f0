import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepCompiledCode } from '../bin/code-cache.mjs';

let root: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-code-'));
  home = join(root, 'home');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** @returns what worker threads are told */
function keep(...args: string[]): string | undefined {
  const env: NodeJS.ProcessEnv = { COFFER_CLI_HOME: join(root, 'other') };
  keepCompiledCode(args, env);
  return env['NODE_COMPILE_CACHE'];
}

describe('keepCompiledCode', () => {
  it('keeps it in a home that is there, whichever way that is named', () => {
    mkdirSync(home, { mode: 0o700 });
    expect(keep('stats', '--home', home)).toBe(join(home, 'cache/code'));
    expect(keep('stats', `--home=${home}`, '--json')).toBe(join(home, 'cache/code'));
    expect(existsSync(join(home, 'cache/code'))).toBe(true);
    mkdirSync(join(root, 'other'), { mode: 0o700 });
    expect(keep('stats')).toBe(join(root, 'other/cache/code'));
  });
  it('leaves nothing behind where there is no home', () => {
    expect(keep('inspect', 'file', '--home', home)).toBeUndefined();
    expect(existsSync(home)).toBe(false);
  });
  it.runIf(process.platform !== 'win32')('runs no code from a folder that others can write to', () => {
    mkdirSync(home, { mode: 0o700 });
    chmodSync(home, 0o770);
    expect(keep('--home', home)).toBeUndefined();
    chmodSync(home, 0o700);
    mkdirSync(join(home, 'cache/code'), { recursive: true });
    chmodSync(join(home, 'cache/code'), 0o777);
    expect(keep('--home', home)).toBeUndefined();
  });
});
