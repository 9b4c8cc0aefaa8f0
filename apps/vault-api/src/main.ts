import 'reflect-metadata';
import { createLogger } from '@coffer/observability';
import { readConfig } from './config';
import { serve } from './runtime/serve';

const log = createLogger('vault-api', 'info');
try {
  const config = readConfig();
  log.level = config.logLevel;
  const stop = await serve(config, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().finally(leave));
} catch (error) {
  log.fatal({ err: error }, 'vault-api cannot start');
  process.exitCode = 1;
  leave();
}

/** Everything is stopped; the migration engine alone keeps a timer of ten seconds that nobody can clear. */
function leave(): never {
  process.exit();
}
