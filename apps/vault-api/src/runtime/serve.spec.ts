import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from './serve';

/** Listens as the framework does, and fails with what the system says. */
const app = {
  listen: async (port: number, host: string): Promise<unknown> => {
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    return server.close();
  },
};

describe('listen', () => {
  it('names the variable where another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(listen(app, { port, host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(new RegExp(`${port} .*COFFER_API_PORT`)) as unknown,
    });
    other.close();
    await once(other, 'close');
    await listen(app, { port, host: '127.0.0.1' });
  });

  it('says anything else as the system said it', async () => {
    await expect(listen(app, { port: 0, host: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
