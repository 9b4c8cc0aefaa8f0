import type { OpsStorage } from '@coffer/contracts';
import { Alert } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { formatBytes, formatCount } from '../figures/format';
import { Instant } from '../figures/instant';
import { Tiles } from '../figures/tiles';

/** The object store and what the vault knows is in it. */
export function StorageScreen({ storage }: { readonly storage: OpsStorage }): ReactNode {
  const { store, objects, bytes, countedAt } = storage;
  const countedNote = countedAt !== null && (
    <>
      counted <Instant at={countedAt} from={storage.at} />
    </>
  );
  return (
    <>
      {!store.isReachable && (
        <Alert tone="danger" title="The object store does not answer">
          Devices can neither back up nor restore. Purges wait: without the ciphertext nothing is deleted.
        </Alert>
      )}
      <Tiles
        tiles={[
          {
            name: 'Store',
            value: store.isReachable ? 'reachable' : 'away',
            note: store.kind,
            tone: store.isReachable ? 'good' : 'bad',
          },
          {
            name: 'Repositories',
            value: formatCount(storage.repositories),
            note: `${formatCount(storage.heads)} with a head`,
          },
          { name: 'Objects', value: objects === null ? 'not counted yet' : formatCount(objects), note: countedNote },
          { name: 'Size', value: bytes === null ? 'not counted yet' : formatBytes(bytes), note: countedNote },
          { name: 'Newest head', value: <Instant at={storage.newestHeadAt} from={storage.at} /> },
          {
            name: 'Pinned items',
            value: formatCount(storage.pins),
            note: `by ${formatCount(storage.proofs)} accepted proofs`,
          },
        ]}
      />
    </>
  );
}
