import 'reflect-metadata';
import { createLogger, startMetricsServer } from '@coffer/observability';
import { readConfig } from './config';
import { createApp } from './create-app';
import { exportDeployment, writeDeployment } from './deployment';
import { readinessChecks } from './health/readiness';
import { startVault } from './runtime/start-vault';

const log = createLogger('vault-api', 'info');
try {
  const config = readConfig();
  log.level = config.logLevel;
  const vault = await startVault(config, log);
  const app = await createApp(vault);
  const { metrics: registry } = vault;
  const metrics = await startMetricsServer({ port: config.metricsPort, registry, readiness: readinessChecks(vault) });
  await app.listen(config.port, config.host);
  await writeDeployment(config.deploymentFile, exportDeployment(config, vault.identity));
  log.info({ url: await app.getUrl(), metricsPort: metrics.port }, 'vault-api is ready');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      const end = async (): Promise<void> => {
        await app.close();
        await metrics.stop();
        await vault.stop();
        log.info('vault-api has stopped');
      };
      void end();
    });
  }
} catch (error) {
  log.fatal({ err: error }, 'vault-api cannot start');
  process.exitCode = 1;
}
