import { describe, expect, it } from 'vitest';
import { leastDelivery } from './delivery';

describe('leastDelivery', () => {
  it('is the least of what the recipients have, without those it was not sent to', () => {
    const [pending, sent, delivered] = [{ pending: {} }, { sent: {} }, { delivered: {} }];
    const [read, viewed, failed] = [{ read: { sealedSender: true } }, { viewed: {} }, { failed: {} }];
    expect(leastDelivery([])).toBeUndefined();
    expect(leastDelivery([{ skipped: {} }, {}])).toBeUndefined();
    expect(leastDelivery([read])).toBe('read');
    expect(leastDelivery([viewed])).toBe('played');
    expect(leastDelivery([viewed, read, delivered])).toBe('delivered');
    expect(leastDelivery([read, sent])).toBe('sent');
    expect(leastDelivery([{ skipped: {} }, pending, read])).toBe('pending');
    expect(leastDelivery([pending, failed, viewed])).toBe('failed');
  });
});
