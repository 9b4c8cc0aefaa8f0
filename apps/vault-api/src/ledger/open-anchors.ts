import { systemClock } from '@coffer/foundation';
import { AnchorSet, type Anchor } from '@coffer/key-vault';
import { openObjectStore } from '@coffer/object-store/node';
import type { AppConfig } from '../config';
import { DiskAnchor } from './disk-anchor';
import { ObjectAnchor } from './object-anchor';

/** The anchors that the configuration names. Nothing is asked of them yet. @throws ObjectStoreError `invalid-url` */
export function openAnchors({ anchors, anchorQuorum }: Pick<AppConfig, 'anchors' | 'anchorQuorum'>): AnchorSet {
  return new AnchorSet(anchors.map(openAnchor), anchorQuorum ?? anchors.length);
}

function openAnchor(url: string): Anchor {
  const folder = /^file:(.*)$/.exec(url)?.[1];
  return folder === undefined ? new ObjectAnchor(url, openObjectStore(url)) : new DiskAnchor(folder, systemClock);
}
