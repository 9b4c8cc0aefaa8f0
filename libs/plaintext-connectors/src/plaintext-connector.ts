import type { ConnectorPort, FoundObject } from '@coffer/purge';

/** A part of an object, in bytes: `length` of them from `offset` on. */
export interface ContentRange {
  readonly offset: number;
  /** At least 1; what lies past the end is left out. */
  readonly length: number;
}

/** A provider of plaintext backups: what the purge needs of it, and its content for the person's device. */
export interface PlaintextConnector extends ConnectorPort {
  /** Name under which objects of this connector are stored, e.g. `disk`, `s3`. */
  readonly provider: string;
  /**
   * Streams exactly this version, whole or in part, for its owner. Nothing of it is kept.
   *
   * @throws ConnectorError `absent`, `changed`, … before the first piece; `changed` or `unreachable` between pieces
   */
  read(object: FoundObject, range?: ContentRange): AsyncIterable<Uint8Array>;
}
