import { describe, expect, it } from 'vitest';

import { peakMemoryOf } from './peak-memory';

describe('peakMemoryOf', () => {
  it('sees memory that is gone again when the work ends, and again the next time', async () => {
    const fill = async (): Promise<number> => Buffer.alloc(80e6, 1).length;
    expect(await peakMemoryOf(fill)).toBeGreaterThan(70e6);
    expect(await peakMemoryOf(fill)).toBeGreaterThan(70e6);
    expect(await peakMemoryOf(async () => undefined)).toBeLessThan(20e6);
  });
});
