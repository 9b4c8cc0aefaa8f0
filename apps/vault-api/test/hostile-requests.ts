import { connect } from 'node:net';
import { fillPath, routes, type Route, type RouteName } from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';

/** What somebody types who hopes that it becomes SQL, a path, a number or an end of text. */
export const hostileTexts = [
  `' OR '1'='1`,
  `'; DROP TABLE accounts; --`,
  `" UNION SELECT null --`,
  `1) OR pg_sleep(5) IS NULL --`,
  `\\'; SELECT 1; --`,
  '$1',
  '%00',
  '\u0000',
  '\ud800',
  '{"$ne":null}',
  '../../etc/passwd',
  '-1',
  '9'.repeat(400),
] as const;

/** What is no count: JSON's, JavaScript's and PostgreSQL's own ideas of a number among them. */
export const noCounts = [
  '',
  '-1',
  '+1',
  '01',
  ' 1',
  '1.5',
  '1e3',
  '0x10',
  '"10"',
  'NaN',
  'Infinity',
  'null',
  '9007199254740992',
];

/** A request to a route in which one parameter has a text of the caller's choice. */
export interface ParameterRequest {
  readonly name: RouteName;
  readonly parameter: string;
  readonly route: Route;
  /** Path and query; the other parameters have the form that they should have. */
  address(text: string): string;
}

/** Every parameter of a path or query of every route. */
export function parameterRequests(): readonly ParameterRequest[] {
  return (Object.entries(routes) as [RouteName, Route][]).flatMap(([name, route]) => {
    const inPath = Object.keys(route.params?.shape ?? {});
    const usual = Object.fromEntries(inPath.map((each) => [each, newUuid()]));
    const path = (parameter: string) => ({
      ...{ name, parameter, route },
      address: (text: string) => fillPath(route, { ...usual, [parameter]: text.toWellFormed() }),
    });
    const query = (parameter: string) => ({
      ...{ name, parameter, route },
      address: (text: string) => `${fillPath(route, usual)}?${new URLSearchParams({ [parameter]: text }).toString()}`,
    });
    return [...inPath.map(path), ...Object.keys(route.query?.shape ?? {}).map(query)];
  });
}

/** What came back for bytes that were written as they are; `status` is 0 where the connection was ended without a word. */
export interface RawAnswer {
  readonly status: number;
  readonly ms: number;
}

/** Characters that are written at once: what Node takes as a head, and a little more. */
const pieceLength = 20_000;

/** Writes text to the server and waits until it answers or ends the connection; `more` goes on writing meanwhile. */
export function sendRaw(url: string, text: string, more?: { readonly text: string; readonly everyMs: number }) {
  const { hostname, port } = new URL(url);
  const beganMs = performance.now();
  return new Promise<RawAnswer>((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname);
    const timer = more === undefined ? undefined : setInterval(() => socket.write(more.text), more.everyMs);
    const end = (): void => {
      clearInterval(timer);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), ms: performance.now() - beganMs });
    };
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.includes('\r\n\r\n')) end();
    });
    socket.on('error', () => undefined);
    socket.on('close', end);
    // Piece by piece: a server that answers and closes while more comes resets the connection, and the answer may go with it.
    const writeFrom = (at: number): void => {
      if (at >= text.length || answer !== '' || socket.destroyed) return;
      socket.write(text.slice(at, at + pieceLength));
      setTimeout(() => writeFrom(at + pieceLength), 5);
    };
    writeFrom(0);
  });
}
