import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const apps = resolve(import.meta.dirname, '../..');

/** What was built of an app: the files that were bundled, by the comments before them, and all text but those comments. */
function builtOf(app: string) {
  const folder = join(apps, app, 'dist');
  const lines = globSync('**/*.mjs', { cwd: folder }).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8').split('\n'),
  );
  const isFile = (line: string): boolean => /^\/\/ (?:#region )?(?:libs|apps|node_modules)\//.test(line);
  return { files: lines.filter(isFile), text: lines.filter((line) => !isFile(line)).join('\n') };
}

const namesIn = (text: string): string[] =>
  [...new Set(text.match(/\b(?:argon2|scrypt|pbkdf2|bcrypt|balloon)\w*/gi))].sort();

describe('the servers', () => {
  it.each(['vault-api', 'migration-worker'])(
    'A27: hold nothing that stretches a password, so that nobody can have %s do it',
    (app) => {
      const { files, text } = builtOf(app);
      expect(files.length).toBeGreaterThan(500);
      const stretches = /hash-wasm|device-crypto|hashes\/(?:esm\/)?(?:argon2|scrypt|pbkdf2)|bcrypt/;
      expect(files.filter((file) => stretches.test(file))).toEqual([]);
      // The name of what devices do, on the wire and in messages, and the range of its cost; and how the PostgreSQL client signs in (SCRAM), once a connection.
      expect(namesIn(text)).toEqual(['Argon2id', 'PBKDF2', 'argon2Ranges', 'argon2id']);
    },
  );

  it('A27: would show it: what a device is built of is found by the same look', () => {
    const { files, text } = builtOf('cli');
    expect(files.some((file) => file.includes('device-crypto'))).toBe(true);
    expect(namesIn(text)).toContain('argon2');
  });
});
