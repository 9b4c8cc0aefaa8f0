import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a PostgreSQL on loopback that writes down the statements which are sent through it. */
export interface StatementLog {
  readonly port: number;
  /** SQL of every transaction that was committed since `clear`, in the order of their ends; white space is made even. */
  readonly transactions: readonly (readonly string[])[];
  clear(): void;
  stop(): Promise<void>;
}

export async function startStatementLog(target: number): Promise<StatementLog> {
  const transactions: (readonly string[])[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const reader = new StatementReader((statements) => transactions.push(statements));
    client.on('data', (chunk) => {
      reader.push(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    transactions,
    clear: () => void transactions.splice(0),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/**
 * Reads what one connection sends (PostgreSQL 18 documentation, 54.7 "Message Formats"): Query, Parse and Bind. A start-up
 * message has no type byte; every later one is a type, its length and its body.
 */
class StatementReader {
  readonly #done: (statements: readonly string[]) => void;
  readonly #prepared = new Map<string, string>();
  #bytes: Buffer = Buffer.alloc(0);
  #isStarted = false;
  #open: string[] | undefined;

  constructor(done: (statements: readonly string[]) => void) {
    this.#done = done;
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const head = this.#isStarted ? 1 : 0;
      if (this.#bytes.length < head + 4) return;
      const end = head + this.#bytes.readInt32BE(head);
      if (this.#bytes.length < end) return;
      if (this.#isStarted) this.#message(String.fromCharCode(this.#bytes[0]!), this.#bytes.subarray(5, end));
      this.#isStarted = true;
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  #message(type: string, body: Buffer): void {
    const [first = '', second = ''] = body.toString('utf8').split('\0', 2);
    if (type === 'Q') this.#statement(first);
    if (type === 'P') this.#prepared.set(first, second);
    if (type === 'B') this.#statement(this.#prepared.get(second) ?? '');
  }

  #statement(sql: string): void {
    const text = sql.replaceAll(/\s+/g, ' ').trim();
    if (/^BEGIN/i.test(text)) this.#open = [];
    else if (/^COMMIT/i.test(text) && this.#open !== undefined) {
      this.#done(this.#open);
      this.#open = undefined;
    } else if (/^ROLLBACK/i.test(text)) this.#open = undefined;
    else this.#open?.push(text);
  }
}
