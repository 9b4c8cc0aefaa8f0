import { disclosure } from '@coffer/contracts';
import { describe, expect, it } from 'vitest';
import { disclosures, renderDisclosures } from './disclosures';

describe('disclosures', () => {
  it('are what docs/what-can-be-handed-over.md says', async () => {
    await expect(renderDisclosures()).toMatchFileSnapshot('../../../../docs/what-can-be-handed-over.md');
  });

  it('hold to the contract', () => {
    for (const sealing of ['key-file', 'pkcs11'] as const) {
      for (const each of disclosures(sealing)) expect(disclosure.parse(each)).toEqual(each);
    }
  });

  it('never give away a backup behind a 64-digit key, but to the devices that hold it', () => {
    const giving = disclosures('key-file').filter(({ digits }) => !digits.startsWith('Nothing'));
    expect(giving.map(({ party }) => party)).toEqual([
      'Whoever changes what the portal\u2019s server sends',
      'A thief of a device that holds the key, unlocked',
    ]);
  });
});
