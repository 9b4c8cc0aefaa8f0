import { describe, expect, it } from 'vitest';

import * as purge from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(purge).sort()).toEqual([
      'ConnectorError',
      'CopyKind',
      'PurgeError',
      'PurgeReason',
      'PurgeState',
      'bucketOf',
      'canMove',
      'copyKey',
      'defaultPurgeSettings',
      'holdsBackup',
      'pathKey',
      'purgeStates',
    ]);
  });
});
