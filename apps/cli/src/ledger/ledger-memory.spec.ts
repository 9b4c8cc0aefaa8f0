import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HomeDirectory } from '../home/home-directory';
import { recallLedger, rememberLedger } from './ledger-memory';

const vaultId = seed('vault', 16);
const memory = { checkpoint: 'a note\n', chains: { 'account-1': { number: 7, hash: seed('hash') } } };

let root: string;
let home: HomeDirectory;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-ledger-'));
  home = new HomeDirectory(join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('recallLedger', () => {
  it('gives back what was remembered', async () => {
    await rememberLedger(home, vaultId, memory);
    expect(await recallLedger(home, vaultId)).toEqual(memory);
    expect(statSync(home.ledgerFile).mode & 0o777).toBe(0o600);
  });

  it('knows nothing when nothing was remembered, or of another vault', async () => {
    expect(await recallLedger(home, vaultId)).toEqual({ checkpoint: undefined, chains: {} });
    await rememberLedger(home, vaultId, memory);
    expect(await recallLedger(home, seed('another', 16))).toEqual({ checkpoint: undefined, chains: {} });
  });

  it('never takes a damaged file for nothing seen', async () => {
    await rememberLedger(home, vaultId, memory);
    writeFileSync(home.ledgerFile, '{"v":1,', { mode: 0o600 });
    await expect(recallLedger(home, vaultId)).rejects.toMatchObject({ code: 'damaged' });
  });
});
