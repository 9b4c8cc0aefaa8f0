import { headMaximumBytes, headShape } from '../head/head';
import { areDistinct, bytes, instantMs, list, nullable, objectPath, record, where, whole, type Shape } from '../shape';
import { pruneListMost, type PruneList, type PruneMark, type RotationNotice } from './repository-bodies';

export const pruneListShape: Shape<PruneList> = where(
  record<PruneList>({
    pruneGeneration: whole(),
    generation: whole(1),
    snapshots: list(objectPath, pruneListMost),
    marks: list(
      record<PruneMark>({ path: objectPath, atMs: instantMs, decidedAtMs: nullable(instantMs) }),
      pruneListMost,
    ),
  }),
  ({ snapshots, marks }) => {
    if (!areDistinct(snapshots)) return 'a snapshot is named twice';
    return areDistinct(marks.map((mark) => mark.path)) ? undefined : 'a path is marked twice';
  },
);

export const rotationNoticeShape: Shape<RotationNotice> = record<RotationNotice>({
  generation: whole(2),
  headHash: bytes(32),
  newKeyId: bytes(8),
  newOwnerPublicKey: bytes(32),
});

/** How the bodies that are CBOR of this lib are read; the body of `snapshot` is opaque. */
export const repositoryBodyShapes = {
  head: headShape,
  'prune-list': pruneListShape,
  rotation: rotationNoticeShape,
} as const;

/** Largest body in bytes. A snapshot's own codec has its own limit. */
export const repositoryBodyMaximumBytes = {
  head: headMaximumBytes,
  'prune-list': 48 * 1024 * 1024,
  snapshot: 256 * 1024 * 1024,
  rotation: 1024,
} as const;
