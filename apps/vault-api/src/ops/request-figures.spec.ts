import { createMetrics, httpDuration } from '@coffer/observability';
import { describe, expect, it } from 'vitest';
import { requestFigures } from './request-figures';

async function figuresOf(observed: readonly (readonly [number, string])[], upSeconds = 10) {
  const histogram = httpDuration(createMetrics('test'));
  for (const [index, [seconds, status]] of observed.entries()) {
    histogram.observe({ route: index % 2 === 0 ? '/a' : '/b', method: 'GET', status }, seconds);
  }
  return requestFigures((await histogram.get()).values, upSeconds);
}

describe('requestFigures', () => {
  it('says nothing before the first request', async () => {
    expect(await figuresOf([])).toBeNull();
  });

  it('counts over all routes, and only 5xx as errors', async () => {
    const figures = await figuresOf([
      [0.001, '200'],
      [0.001, '404'],
      [0.001, '503'],
      [0.001, '200'],
    ]);
    expect(figures).toMatchObject({ perSecond: 0.4, errorRatio: 0.25 });
  });

  it('estimates quantiles inside their buckets, and stops at the last bound', async () => {
    const fast = Array.from({ length: 98 }, () => [0.02, '200'] as const);
    const figures = (await figuresOf([...fast, [0.9, '200'], [60, '200']]))!;
    expect(figures.p50Ms).toBeGreaterThan(10);
    expect(figures.p50Ms).toBeLessThanOrEqual(25);
    expect(figures.p99Ms).toBeGreaterThan(500);
    expect((await figuresOf([[60, '200']]))!.p50Ms).toBe(5000);
  });
});
