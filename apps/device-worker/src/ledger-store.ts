import { LedgerError } from '@coffer/vault-device';

/** What a check of the ledger leaves behind. */
export interface LedgerUpdate<Result> {
  /** Kept until the next check. Holds no secret. */
  readonly next: string;
  readonly result: Result;
}

/** Where a device keeps what it has seen of ledgers, by vault. */
export interface LedgerStore {
  /**
   * Runs `act` with what is kept, one check at a time, and keeps what it leaves. A check that fails leaves what was kept.
   *
   * @param vaultId - base64url
   * @returns `isKept` is false where this place keeps nothing
   * @throws LedgerError `ledger-memory-damaged` where something is kept that cannot be read; whatever `act` throws
   */
  update<Result>(
    vaultId: string,
    act: (kept: string | undefined) => Promise<LedgerUpdate<Result>>,
  ): Promise<{ readonly result: Result; readonly isKept: boolean }>;
}

const databaseName = 'coffer-ledger';
const storeName = 'seen';

/** Keeps it in this browser: IndexedDB of the portal's origin. A private window may keep nothing, and says so. */
export const browserLedgerStore: LedgerStore = {
  // Two tabs that check at once must not leave the older state behind.
  update: async (vaultId, act) => navigator.locks.request(databaseName, () => updateAlone(vaultId, act)),
};

async function updateAlone<Result>(
  vaultId: string,
  act: (kept: string | undefined) => Promise<LedgerUpdate<Result>>,
): Promise<{ readonly result: Result; readonly isKept: boolean }> {
  const database = await openDatabase().catch(() => undefined);
  try {
    const { next, result } = await act(database === undefined ? undefined : await read(database, vaultId));
    const isKept =
      database !== undefined &&
      (await write(database, vaultId, next).then(
        () => true,
        () => false,
      ));
    return { result, isKept };
  } finally {
    database?.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return settled(request);
}

async function read(database: IDBDatabase, vaultId: string): Promise<string | undefined> {
  const store = database.transaction(storeName, 'readonly').objectStore(storeName);
  const kept = await settled<unknown>(store.get(vaultId)).catch((cause: unknown) => {
    throw damaged(cause);
  });
  if (kept === undefined || typeof kept === 'string') return kept;
  throw damaged(undefined);
}

function write(database: IDBDatabase, vaultId: string, next: string): Promise<void> {
  const transaction = database.transaction(storeName, 'readwrite', { durability: 'strict' });
  transaction.objectStore(storeName).put(next, vaultId);
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => fail(transaction.error ?? new DOMException('not written', 'AbortError'));
  });
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new DOMException('not read', 'UnknownError'));
  });
}

function damaged(cause: unknown): LedgerError {
  return new LedgerError('ledger-memory-damaged', 'what this browser remembers of the ledger cannot be read', {
    cause,
  });
}
