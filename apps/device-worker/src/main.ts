import './no-eval';
import { csrfHeaderName, serveDevice, type DevicePort, type DeviceService } from '@coffer/device-protocol';
import { createVaultClient } from '@coffer/vault-client';
import { chosenFile } from './chosen-file';
import { createDevice } from './device';
import { fetchDeployment } from './deployment';
import { embeddedSqlite } from './sqlite-module';

// The global of a worker; the types of the workspace are those of a page.
const port = self as unknown as DevicePort;
const here = new URL(self.location.href);

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
    onCsrfToken: (token) => (csrfToken = token),
    onLocked: (reason) => service.announceLocked(reason),
  }),
);
