import './no-eval';
import { csrfHeaderName, serveDevice, type DevicePort, type DeviceService } from '@coffer/device-protocol';
import { createVaultClient } from '@coffer/vault-client';
import { createDevice } from './device';
import { fetchDeployment } from './deployment';

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
    onCsrfToken: (token) => (csrfToken = token),
    onLocked: (reason) => service.announceLocked(reason),
  }),
);
