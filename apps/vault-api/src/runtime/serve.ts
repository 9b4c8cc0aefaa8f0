import { startMetricsServer, type Logger } from '@coffer/observability';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppConfig } from '../config';
import { createApp } from '../create-app';
import { deploymentOf, pinnedKeys, writeDeployment } from '../deployment';
import { readinessChecks } from '../health/readiness';
import { StartError } from './start-error';
import { startVault } from './start-vault';

/**
 * Starts everything in the order of needs; what was started is stopped again where a later part fails.
 *
 * @returns stops in reverse: first no new requests, last the database
 */
export async function serve(config: AppConfig, log: Logger): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const vault = await startVault(config, log);
    stops.push(() => vault.stop());
    await writeDeployment(config.deploymentFile, deploymentOf(config, pinnedKeys(vault.identity)));
    const app = await createApp(vault);
    stops.push(() => closeApp(app));
    const readiness = readinessChecks(vault);
    const { metricsHost: host, metricsPort } = config;
    const metrics = await startMetricsServer({ host, port: metricsPort, registry: vault.metrics, readiness });
    stops.push(() => metrics.stop());
    await listen(app, config);
    log.info({ url: config.apiUrl, port: config.port, metricsPort: metrics.port }, 'vault-api is ready');
  } catch (error) {
    await stop();
    throw error;
  }
  return async () => {
    await stop();
    log.info('vault-api has stopped');
  };
}

/** @throws StartError `port-taken`, which names the variable */
export async function listen(
  app: { listen(port: number, host: string): Promise<unknown> },
  { port, host }: Pick<AppConfig, 'port' | 'host'>,
): Promise<void> {
  await app.listen(port, host).catch((cause: unknown) => {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    if (!isTaken) throw cause;
    const why = `port ${port} on ${host} is taken; end what listens there, or choose another with COFFER_API_PORT`;
    throw new StartError('port-taken', why, { cause });
  });
}

/** Ends once the requests under way are answered; a connection that is kept open after its answer does not delay it. */
async function closeApp(app: NestFastifyApplication): Promise<void> {
  const idle = setInterval(() => app.getHttpServer().closeIdleConnections(), 100);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
  }
}
