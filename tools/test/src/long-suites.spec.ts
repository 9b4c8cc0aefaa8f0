import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { ProofRecord } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import suites from '../long-suites.json';

const root = resolve(import.meta.dirname, '../../..');
const proofs = join(root, 'docs/proofs');
const names = suites.map(({ proof }) => proof);

describe('tools/test/long-suites.json', () => {
  it('names each proof once', () => {
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(suites)('$proof is recorded by the file that it names', ({ proof, project, file }) => {
    expect(readFileSync(join(root, project, file), 'utf8')).toContain(`'${proof}'`);
  });
});

describe('docs/proofs', () => {
  const files = existsSync(proofs) ? readdirSync(proofs).filter((name) => name.endsWith('.json')) : [];
  const cases = files.map((name) => ({ name, text: readFileSync(join(proofs, name), 'utf8') }));

  it('holds proofs that npm run test:long can repeat, and no other', () => {
    for (const name of files) expect(names).toContain(name.replace(/\.json$/, ''));
  });

  it.each(cases)('$name says what was tried, of which commit, and with which seed', ({ name, text }) => {
    const record = JSON.parse(text) as ProofRecord;
    expect(record.proof).toBe(name.replace(/\.json$/, ''));
    expect(record.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(record.isCommitted).toBe(true);
    expect(record.seed).toMatch(/^\S+$/);
    expect(record.count).toBeGreaterThan(0);
    expect(record.seconds).toBeGreaterThan(0);
    expect(new Date(record.finishedAt).toISOString()).toBe(record.finishedAt);
    expect(record.asserted).toMatch(/^[A-Z].*\.$/);
  });
});

describe('npm run test:long', () => {
  it('refuses a name that is no proof, and names those that are', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/test/long.mjs'), 'no-such-proof'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('no-such-proof');
    for (const name of names) expect(stderr).toContain(name);
  });
});
