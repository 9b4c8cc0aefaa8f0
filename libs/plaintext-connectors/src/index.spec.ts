import { describe, expect, it } from 'vitest';

import * as connectors from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(connectors).sort()).toEqual(['plaintextSources']);
  });
});
