import { createLogger } from '@coffer/observability';

import { readConfig } from './config';
import { startIdentity } from './start-identity';

const logger = createLogger('demo-identity', 'info');
try {
  const identity = await startIdentity(readConfig(), logger);
  logger.info(
    { issuer: identity.issuer },
    'demo identity provider is ready; its accounts and passwords are on its sign-in page',
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void identity.close().then(() => logger.info('demo identity provider has stopped'));
    });
  }
} catch (error) {
  logger.fatal({ err: error }, 'demo identity provider cannot start');
  process.exitCode = 1;
}
