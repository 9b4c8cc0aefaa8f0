import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** When the wire trips: before the n-th message reaches the server, or when it has and its answer has not. */
export type TripMoment = 'before' | 'after';

/**
 * A way to a server on loopback that counts what is sent through it, so that a process can be killed at a chosen one of its
 * steps: each statement to PostgreSQL, each request to a store.
 */
export interface TripWire {
  readonly port: number;
  /** Messages that were sent through it so far. */
  readonly count: number;
  /** Calls `trip` at the n-th message from now on, once. */
  arm(n: number, moment: TripMoment, trip: () => void): void;
  disarm(): void;
  /** Ends every connection that goes through it; what was sent before still arrives. */
  cut(): void;
  stop(): Promise<void>;
}

/** Stretches a wire to a port on loopback. */
export async function stretchTripWire(target: number): Promise<TripWire> {
  let count = 0;
  let armed: { readonly at: number; readonly moment: TripMoment; readonly trip: () => void } | undefined;
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let isCut = false;
    clients.add(client);
    client.on('close', () => clients.delete(client));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => {
      count += 1;
      const tripped = armed !== undefined && count >= armed.at ? armed : undefined;
      if (tripped === undefined) {
        upstream.write(chunk);
        return;
      }
      armed = undefined;
      isCut = true;
      if (tripped.moment === 'after') upstream.write(chunk);
      tripped.trip();
    });
    upstream.on('data', (chunk) => {
      if (!isCut) client.write(chunk);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count;
    },
    arm: (n, moment, trip) => {
      armed = { at: count + n, moment, trip };
    },
    disarm: () => {
      armed = undefined;
    },
    cut: () => {
      for (const client of clients) client.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
