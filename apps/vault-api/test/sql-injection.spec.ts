import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes, toOpenApi, type Route, type RouteName } from '@coffer/contracts';
import { randomBytes } from '@coffer/crypto';
import {
  coSignedStatementToJson,
  coSignVaultStatement,
  signedStatementToJson,
  signRepositoryStatement,
  signVaultStatement,
  type VaultPurpose,
  type VaultStatementFields,
} from '@coffer/evidence';
import { fromBase64Url, newUuid } from '@coffer/foundation';
import { isLongRun, recordProof } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkRequests, type WalkSigner, type WalkTarget } from './access-walk-requests';
import { ownedAccount } from './erased-account';
import type { RepositoryDevice } from './repository-device';
import { markedRequest, type MarkedRequest } from './sql-injection/marked-request';
import { runSqlmap } from './sql-injection/sqlmap';
import { startBench, type VaultBench } from './vault-bench';

/** Routes that take nothing but a token, which is no SQL before its signature holds. */
function isWithoutValues(route: Route): boolean {
  return (
    route.params === undefined && route.query === undefined && route.body === undefined && route.headers === undefined
  );
}

const names = (Object.keys(routes) as RouteName[]).filter((name) => !isWithoutValues(routes[name]));

describe('the routes that take values', () => {
  it('are those of the OpenAPI document that have parameters or a body', () => {
    const operations = Object.values(toOpenApi().paths).flatMap((methods) => Object.values(methods)) as {
      readonly operationId?: string;
      readonly parameters?: readonly object[];
      readonly requestBody?: object;
    }[];
    const taking = operations.filter(
      ({ parameters = [], requestBody }) => parameters.length > 0 || requestBody !== undefined,
    );
    expect(taking.map(({ operationId }) => operationId).sort()).toEqual([...names].sort());
  });
});

/*
 * D12 by a tool that others have written for it. The requests are those of the access walk, signed by the owner's own key under
 * challenges that nobody gave out: so they reach the database, and do nothing. Minutes long, and sqlmap is no part of the
 * project: only with `npm run test:long`.
 */
describe.runIf(isLongRun())(
  'D12: sqlmap, against a running vault with a sample account',
  { timeout: 7_200_000 },
  () => {
    let bench: VaultBench;
    let mine: RepositoryDevice;
    let token: string;
    const began = performance.now();
    const figures = { routes: 0, values: 0 };
    beforeAll(async () => {
      const plenty = '1000000,1000000';
      bench = await startBench(1, {
        ...{ COFFER_ACCOUNT_REQUESTS: plenty, COFFER_ADDRESS_REQUESTS: plenty, COFFER_BULK_REQUESTS: plenty },
      });
      mine = await ownedAccount(bench.device());
      const expiry = Math.floor(Date.now() / 1000) + 7_200;
      // Of a member of staff too, so that one token is let in everywhere.
      token = await bench.issuer.token(mine.device.subject, { roles: ['coffer-staff'], exp: expiry });
    }, 180_000);
    afterAll(() => bench.stop());

    it('finds an injection where there is one', async () => {
      const open = createServer((request, response) => {
        const subject = new URL(request.url!, 'http://localhost').searchParams.get('subject') ?? '';
        // What sqlmap is there to find.
        const found = bench.sql(`SELECT account_id FROM accounts WHERE subject = '${subject}'`);
        void found.then(
          (rows) => response.end(JSON.stringify(rows)),
          () => response.writeHead(500).end('failed'),
        );
      });
      await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', () => resolve()));
      try {
        const { port } = open.address() as AddressInfo;
        const path = `/?subject=${mine.device.subject}*`;
        const { isInjectable, output } = await runSqlmap(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
        expect(output).toContain('PostgreSQL');
        expect(isInjectable).toBe(true);
      } finally {
        open.closeAllConnections();
        open.close();
      }
    });

    it.each(names)('finds none in %s', async (name) => {
      const { text, marks } = await marked(name);
      expect(marks).toBeGreaterThan(0);
      const { isInjectable, output } = await runSqlmap(text);
      expect(isInjectable, output).toBe(false);
      figures.routes += 1;
      figures.values += marks;
    });

    it('left the vault as it was', async () => {
      expect(figures.routes).toBe(names.length);
      expect((await mine.device.call('GET', '/v1/keyslots')).status).toBe(200);
      expect((await fetch(`${bench.apis[0]!.url}/health/ready`)).status).toBe(200);
      expect(await bench.sql('SELECT 1 FROM vault_state WHERE sealed_at IS NOT NULL')).toEqual([]);
      expect(await bench.sql('SELECT 1 FROM accounts WHERE sealed_at IS NOT NULL')).toEqual([]);
      recordProof({
        proof: 'sql-injection',
        count: figures.values,
        seconds: (performance.now() - began) / 1000,
        asserted:
          'Where it finds the injection of a route that was made with one, sqlmap (every technique, level 1, risk 1) finds none in ' +
          'any value of path, query, header or JSON body of any route.',
        figures,
      });
    });

    async function marked(name: RouteName): Promise<MarkedRequest> {
      const target: WalkTarget = {
        owner: mine,
        objects: [{ path: 'packs/1/aa/aa00', sizeBytes: 1_000, sha256: randomBytes(32) }],
        registration: { registrationId: newUuid(), serial: 1 },
        ...{ keyslotId: newUuid(), keyslotIds: [newUuid()], previousSerial: 0, deletionId: newUuid() },
        ...{ newStartId: newUuid(), settledNewStartId: newUuid(), readGrant: await mine.grant('read') },
      };
      const [request] = await walkRequests[name](target, await ownerWithoutChallenge());
      return markedRequest(routes[name], request!, bench.apis[0]!.url, token);
    }

    /** The owner, whose statements hold but for the challenge. */
    async function ownerWithoutChallenge(): Promise<WalkSigner> {
      const { device, repositoryId } = mine;
      const { accountId, vaultId } = await device.account();
      const fieldsOf = <P extends VaultPurpose>(
        purpose: P,
        { serial = 0, previousSerial = 0 }: { readonly serial?: number; readonly previousSerial?: number } = {},
      ): VaultStatementFields<P> => ({
        ...{ purpose, vaultId: fromBase64Url(vaultId), account: accountId, generation: 1, serial, previousSerial },
        ...{ challenge: randomBytes(32), expiresAtMs: Date.now() + 3_600_000 },
      });
      const former = device.owner;
      return {
        ...{ seed: former, keyId: device.keyId },
        sign: async (purpose, body, terms) =>
          Promise.resolve(signedStatementToJson(signVaultStatement(former, fieldsOf(purpose, terms), body))),
        coSign: async (purpose, body, next, terms) => {
          const signed = coSignVaultStatement({ former, next }, fieldsOf(purpose, terms), body);
          return Promise.resolve(coSignedStatementToJson(signed));
        },
        head: () => {
          const fields = { purpose: 'head' as const, repositoryId, keyId: device.keyId };
          return signedStatementToJson(signRepositoryStatement(former, fields, mine.nextHead()));
        },
      };
    }
  },
);
