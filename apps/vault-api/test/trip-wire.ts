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
  /**
   * Calls `trip` once these statements were sent to PostgreSQL one after the other, at the last of them: names of prepared
   * statements, or a statement without a name such as `COMMIT`, which counts on the connection of the one before it.
   */
  armFor(statements: readonly string[], moment: TripMoment, trip: () => void): void;
  disarm(): void;
  /** Ends every connection that goes through it; what was sent before still arrives. */
  cut(): void;
  stop(): Promise<void>;
}

/** Stretches a wire to a port on loopback. */
export async function stretchTripWire(target: number): Promise<TripWire> {
  let count = 0;
  type IsDue = (chunk: Buffer, client: Socket) => boolean;
  let armed: { readonly isDue: IsDue; readonly moment: TripMoment; readonly trip: () => void } | undefined;
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
      const tripped = armed?.isDue(chunk, client) === true ? armed : undefined;
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
      const at = count + n;
      armed = { isDue: () => count >= at, moment, trip };
    },
    armFor: (statements, moment, trip) => {
      armed = { isDue: afterAll(statements), moment, trip };
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

/** Whether the last of `statements` is being sent, the others having been sent in their order. */
function afterAll(statements: readonly string[]): (chunk: Buffer, client: Socket) => boolean {
  let next = 0;
  let last: Socket | undefined;
  return (chunk, client) => {
    const statement = statements[next]!;
    // Both a prepared statement's name and the text of one without end with a zero byte in PostgreSQL's messages.
    const isSent = chunk.includes(`${statement}\0`) && (statement !== 'COMMIT' || client === last);
    if (!isSent) return false;
    last = client;
    next += 1;
    return next === statements.length;
  };
}
