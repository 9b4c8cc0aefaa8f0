import { describe, expect, it } from 'vitest';

import * as connectors from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(connectors).sort()).toEqual([
      'AddressPolicy',
      'BackupContent',
      'DiskConnector',
      'PlaintextRules',
      'PlaintextSourcesError',
      'S3Connector',
      'defaultPlaintextRules',
      'guardedAgents',
      'openPlaintextSources',
      'plaintextSources',
    ]);
  });
});
