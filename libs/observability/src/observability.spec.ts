import { describe, expect, it } from 'vitest';
import { CofferError } from '@coffer/foundation';
import * as observability from './index';
import { counter, createLogger, createMetrics, redact, startMetricsServer } from './index';

const canary = 'CANARY-7f3a';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(observability).sort()).toEqual([
      'Counter',
      'Gauge',
      'Histogram',
      'ObservabilityError',
      'checkReadiness',
      'counter',
      'createLogger',
      'createMetrics',
      'gauge',
      'httpDuration',
      'logLevels',
      'redact',
      'startMetricsServer',
    ]);
  });
});

describe('createLogger (D07)', () => {
  const logged = (act: (log: observability.Logger) => void): string => {
    let lines = '';
    act(createLogger('test', 'trace', (line) => (lines += line)));
    return lines;
  };

  it.each([
    ['a field with a secret name', { password: canary }],
    ['another spelling', { sealed_backup_key: canary, KE1: canary, 'Set-Cookie': canary }],
    ['a nested field', { request: { headers: { authorization: `Bearer ${canary}`, cookie: canary } } }],
    ['a list', { attempts: [{ ke3: canary }] }],
    ['a bearer token in text', { note: `sent Bearer ${canary}` }],
    ['a database URL in text', { note: `postgresql://coffer:${canary}@127.0.0.1/db` }],
    ['a query string', { url: `http://localhost/x?code=${canary}` }],
    ['an error with a secret field', { err: Object.assign(new Error('failed'), { token: canary }) }],
    ['an error that quotes a URL', { err: new Error(`connect postgresql://a:${canary}@b/c`) }],
    [
      'the cause of an error',
      { err: new CofferError('x', 'failed', { cause: Object.assign(new Error('low'), { password: canary }) }) },
    ],
    ['bytes', { note: Buffer.from(canary) }],
  ])('never writes %s', (_name, fields) => {
    const lines = logged((log) => log.error(fields, 'it happened'));
    expect(lines).toContain('it happened');
    expect(lines).not.toContain(canary);
    expect(lines).not.toContain(Buffer.from(canary).toString('base64'));
  });

  it('never writes a secret that stands in the message itself', () => {
    expect(logged((log) => log.info(`calling http://localhost/cb?code=${canary} with Bearer ${canary}`))).not.toContain(
      canary,
    );
  });

  it('keeps what is no secret', () => {
    const line = JSON.parse(
      logged((log) => log.info({ route: '/v1/logins', attempt: 3, err: new Error('plain') }, 'done')),
    ) as Record<string, unknown>;
    expect(line).toMatchObject({
      service: 'test',
      level: 'info',
      route: '/v1/logins',
      attempt: 3,
      msg: 'done',
      err: { name: 'Error', message: 'plain' },
    });
  });

  it('copies rather than edits what it was given', () => {
    const given = { password: 'kept' };
    redact(given);
    expect(given.password).toBe('kept');
  });
});

describe('startMetricsServer', () => {
  it('serves metrics, liveness and readiness with the reason', async () => {
    const registry = createMetrics('test');
    counter(registry, 'coffer_tests_total', 'Tests').inc(3);
    let complaint: string | undefined = 'no database';
    const server = await startMetricsServer({
      port: 0,
      registry,
      readiness: [{ name: 'database', check: async () => complaint }],
    });
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [response.status, await response.text()];
    };
    expect((await get('/metrics'))[1]).toContain('coffer_tests_total{service="test"} 3');
    expect(await get('/health/live')).toEqual([200, '{"status":"live"}']);
    expect(await get('/health/ready')).toEqual([503, '{"ready":false,"checks":{"database":"no database"}}']);
    complaint = undefined;
    expect((await get('/health/ready'))[0]).toBe(200);
    expect((await get('/other'))[0]).toBe(404);
    await expect(startMetricsServer({ port: server.port, registry, readiness: [] })).rejects.toMatchObject({
      code: 'port-taken',
    });
    await server.stop();
  });
});
