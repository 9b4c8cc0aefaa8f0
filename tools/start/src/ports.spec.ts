import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { choosePorts, portTaken } from './ports';

describe('choosePorts', () => {
  it('takes free ports, each once, and those that the environment names', async () => {
    const ports = await choosePorts(true, { COFFER_API_PORT: '65000' });
    expect(ports.api).toBe(65_000);
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
  });

  it.each(['127.0.0.1', '::1'])(
    'names a port that is taken on %s, and the variable that chooses another',
    async (host) => {
      const taken = createServer();
      const port = await new Promise<number>((done) => {
        taken.listen(0, host, () => {
          const address = taken.address();
          done(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
      const choosing = choosePorts(true, { COFFER_DASHBOARD_PORT: String(port) });
      await expect(choosing).rejects.toThrow(
        new RegExp(`port ${port} \\(dashboard\\) is taken.*COFFER_DASHBOARD_PORT=.*--free-ports`),
      );
      taken.close();
    },
  );

  it.each(['', '0', '65536', 'http'])('refuses "%s" as a port', async (text) => {
    await expect(choosePorts(true, { COFFER_PORTAL_PORT: text })).rejects.toThrow('COFFER_PORTAL_PORT is no port');
  });
});

describe('portTaken', () => {
  it('names the variable of the database too', () => {
    expect(portTaken('postgres', 4304).message).toMatch(/port 4304 \(postgres\).*COFFER_POSTGRES_PORT=/);
  });
});
