import { routes, type Route } from '@coffer/contracts';
import { describe, expect, it } from 'vitest';
import { isPassedOn } from './gateway-routes';

describe('isPassedOn', () => {
  it('is true for every account route of the contract and for no staff route', () => {
    for (const { method, path, auth } of Object.values<Route>(routes)) {
      const sample = path.replaceAll(/\{\+\w+\}/g, 'packs/1/ab/abcd').replaceAll(/\{\w+\}/g, 'AAAAAAAAAAAAAAAAAAAAAA');
      expect([path, isPassedOn(method, sample)]).toEqual([path, path.startsWith('/v1/') && auth !== 'staff']);
    }
  });

  it.each([
    ['GET', '/v1/ops/vault'],
    ['GET', '/v1/nothing'],
    ['DELETE', '/v1/budget'],
    ['GET', '/v1/account/'],
    ['GET', '/health/ready'],
    ['GET', '/v1/repositories/a/b/head'],
    ['GET', '/metrics'],
  ])('is false for %s %s', (method, path) => {
    expect(isPassedOn(method, path)).toBe(false);
  });
});
