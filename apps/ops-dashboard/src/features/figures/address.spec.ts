import { opsPurgeObjectsQuery } from '@coffer/contracts';
import { describe, expect, it } from 'vitest';
import { readFilters, toAddress } from './address';

const read = (params: Record<string, string | string[]>, ignored: string[] = []) =>
  readFilters(opsPurgeObjectsQuery, Promise.resolve(params), ignored);

describe('readFilters', () => {
  it('takes what the contract knows', async () => {
    const { filters, isWrong } = await read({ state: 'failed', provider: 's3', account: 'acct_00000001' });
    expect(filters).toEqual({ state: 'failed', provider: 's3', account: 'acct_00000001' });
    expect(isWrong).toBe(false);
  });

  it('counts empty values, as forms send them, as not given', async () => {
    expect(await read({ state: '', account: '' })).toEqual({ filters: {}, isWrong: false });
  });

  it.each([{ state: 'burning' }, { colour: 'red' }, { state: ['failed', 'purged'] }, { account: '<script>' }])(
    'leaves out %j and says so',
    async (wrong) => {
      expect(await read({ provider: 'disk', ...wrong })).toEqual({ filters: { provider: 'disk' }, isWrong: true });
    },
  );

  it('passes over names that are no filters', async () => {
    expect(await read({ outcome: 'retried' }, ['outcome'])).toEqual({ filters: {}, isWrong: false });
  });
});

describe('toAddress', () => {
  it('gives one text for the same filters and leaves out what is not set', () => {
    expect(toAddress('/purge', { state: 'failed', bucket: undefined, account: 'a&b' })).toBe(
      '/purge?account=a%26b&state=failed',
    );
    expect(toAddress('/purge', {})).toBe('/purge');
  });
});
