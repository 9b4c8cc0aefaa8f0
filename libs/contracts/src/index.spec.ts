import { describe, expect, it } from 'vitest';
import * as contracts from './index';

describe('@coffer/contracts', () => {
  it('exports exactly the names that others build against', () => {
    expect(Object.keys(contracts)).toMatchSnapshot();
  });
});
