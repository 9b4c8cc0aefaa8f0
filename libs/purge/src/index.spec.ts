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
      'checkConservation',
      'copyKey',
      'countBuckets',
      'defaultPurgeSettings',
      'evaluateConditions',
      'firstRound',
      'graceEndsAtMs',
      'holdsBackup',
      'pathKey',
      'purgeStates',
      'quarantineObject',
      'releaseObject',
      'retryObject',
      'runPurgeStep',
    ]);
  });
});
