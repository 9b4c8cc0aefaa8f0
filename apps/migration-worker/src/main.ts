import { createLogger } from '@coffer/observability';
import { readConfig } from './config';
import { startWorker } from './start-worker';

const log = createLogger('migration-worker', 'info');
try {
  const config = readConfig();
  log.level = config.logLevel;
  const worker = await startWorker(config, log);
  void worker.failure.then((error) => {
    log.fatal({ err: error }, 'migration-worker cannot work');
    process.exitCode = 1;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void worker.stop().then(() => log.info('migration-worker has stopped'));
    });
  }
} catch (error) {
  log.fatal({ err: error }, 'migration-worker cannot start');
  process.exitCode = 1;
}
