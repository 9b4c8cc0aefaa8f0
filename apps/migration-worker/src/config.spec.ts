import { describe, expect, it } from 'vitest';
import { readConfig } from './config';

describe('readConfig', () => {
  it('has the waiting times of docs/purge.md when nothing is set', () => {
    const { purge, concurrency, leaseSeconds, metricsPort } = readConfig({ COFFER_HOME: '/srv/coffer' });
    expect(purge).toMatchObject({ graceMs: 72 * 3_600_000, youngKeyGraceMs: 7 * 24 * 3_600_000, listingGapMs: 60_000 });
    expect({ concurrency, leaseSeconds, metricsPort }).toEqual({ concurrency: 4, leaseSeconds: 30, metricsPort: 4306 });
  });

  it('keeps repositories and sources below the home, unless told', () => {
    const plain = readConfig({ COFFER_HOME: '/srv/coffer', COFFER_PLAINTEXT_SOURCES: '' });
    expect(plain.repositoryStore).toBe('file:/srv/coffer/repositories');
    expect(plain.plaintextSources).toBe('/srv/coffer/plaintext-sources.json');
    const told = readConfig({ COFFER_REPOSITORY_STORE: 's3://bucket', COFFER_PLAINTEXT_SOURCES: '/etc/sources.json' });
    expect([told.repositoryStore, told.plaintextSources]).toEqual(['s3://bucket', '/etc/sources.json']);
  });

  it('takes the short waits of a demo', () => {
    const environment = {
      COFFER_GRACE_SECONDS: '0',
      COFFER_YOUNG_KEY_GRACE_SECONDS: '0',
      COFFER_LISTING_GAP_MS: '1000',
    };
    expect(readConfig(environment).purge).toMatchObject({ graceMs: 0, youngKeyGraceMs: 0, listingGapMs: 1000 });
  });

  it.each([
    ['COFFER_GRACE_SECONDS', '-1'],
    ['COFFER_GRACE_SECONDS', 'soon'],
    ['COFFER_WORKER_METRICS_PORT', '70000'],
    ['COFFER_WORKER_CONCURRENCY', '0'],
    ['COFFER_STORAGE_COUNT_HOURS', '-1'],
    ['COFFER_LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://secret-host/db'],
    ['COFFER_REPOSITORY_STORE', 'ftp://secret-host/repositories'],
  ])('names %s and not its value when it is %s', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(expect.objectContaining({ code: 'config-invalid' }));
    expect(() => readConfig({ [name]: value })).toThrow(name);
    if (value.length > 4) expect(() => readConfig({ [name]: value })).not.toThrow(value);
  });
});
