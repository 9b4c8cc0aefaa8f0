import { describe, expect, it } from 'vitest';

import * as objectStore from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(objectStore).sort()).toEqual([
      'MemoryObjectStore',
      'ObjectStoreError',
      'RateLimitedStore',
      'requireKeyPrefix',
      'requireObjectKey',
    ]);
  });
});
