import './no-eval';
import { serveEngineWorker, workerFromUrl, type WorkerScope } from '@coffer/backup-engine/browser';
import { csrfHeaderName, serveDevice, type DevicePort, type DeviceService } from '@coffer/device-protocol';
import { createVaultClient } from '@coffer/vault-client';
import { chosenFile } from './chosen-file';
import { createDevice } from './device';
import { fetchDeployment } from './deployment';
import { embeddedSqlite } from './sqlite-module';

/** The name by which this file is started as a worker of the device's own, which opens and checks packs. */
const engineName = 'coffer-engine';

// The global of a worker; the types of the workspace are those of a page.
if (self.name === engineName) serveEngineWorker(self as unknown as WorkerScope);
else serve(self, new URL(self.location.href));

function serve(port: DevicePort, here: URL): void {
  let csrfToken = '';
  const client = createVaultClient({
    // The portal's own origin: its server adds the token of the session.
    baseUrl: here.origin,
    headers: () => ({ [csrfHeaderName]: csrfToken }),
  });
  const service: DeviceService = serveDevice(
    port,
    createDevice({
      client,
      rpId: here.hostname,
      deployment: () => fetchDeployment(new URL('deployment.json', here)),
      files: { sqlite: embeddedSqlite, read: chosenFile },
      startWorker: workerFromUrl(here, { name: engineName }),
      onCsrfToken: (token) => (csrfToken = token),
      onLocked: (reason) => service.announceLocked(reason),
    }),
  );
}
