import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { EmbeddedPostgresError } from './errors';

/** The one address that an embedded server listens on. */
export const loopback = '127.0.0.1';

/** Below those that Linux gives to outgoing connections: none of them takes a port before the server has it. */
const freePorts = [20_000, 32_000] as const;

/**
 * `wanted` itself where nothing listens there; for 0 any free port.
 *
 * @throws EmbeddedPostgresError `port-taken` naming the port
 */
export async function freePort(wanted: number): Promise<number> {
  if (wanted !== 0) return requireFree(wanted);
  for (let tries = 1; ; tries++) {
    try {
      return await requireFree(randomInt(...freePorts));
    } catch (error) {
      if (tries === 100) throw error;
    }
  }
}

async function requireFree(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) =>
      reject(
        new EmbeddedPostgresError(
          'port-taken',
          `Port ${wanted} for PostgreSQL is taken by another program: stop it, or choose another port.`,
          { cause, fields: { port: wanted } },
        ),
      ),
    );
    probe.listen(wanted, loopback, () => probe.close(() => resolve(wanted)));
  });
}

/** An SSLRequest (PostgreSQL protocol, section 55.7): a server answers it with one byte, S or N. */
const sslRequest = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/** Whether a PostgreSQL server answers on `port` within two seconds. */
export async function answersPostgres(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: loopback });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => socket.write(sslRequest));
    socket.once('data', (data) => done(data[0] === 0x53 || data[0] === 0x4e));
  });
}
