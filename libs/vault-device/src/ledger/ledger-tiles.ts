import { formatTileSpan, tileWidth, type FetchTile } from '@coffer/evidence';
import { concatBytes } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';

import { LedgerError } from './ledger-error';

const tileBytes = tileWidth * 32;

/** Gets the tiles of a vault's ledger (docs/wire.md, "Ledger"). It throws LedgerError `ledger-broken`, VaultClientError. */
export function fetchTile(client: Pick<VaultClient, 'getLedgerTile'>): FetchTile {
  return async (tile) => {
    const params = { level: String(tile.level), span: formatTileSpan(tile) };
    return readTile(await client.getLedgerTile({ params }));
  };
}

async function readTile(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concatBytes(...pieces);
      length += value.length;
      if (length > tileBytes)
        throw new LedgerError('ledger-broken', 'A tile of the ledger is longer than any tile is.');
      pieces.push(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
