import { purgeReader, type PurgeReader } from '@coffer/database';
import { decodeStatementHeader } from '@coffer/evidence';
import { openPlaintextSources, type PlaintextSources } from '@coffer/plaintext-connectors';
import { ConnectorError, holdsBackup, PurgeState, type PurgeObject } from '@coffer/purge';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';

/** A part of a plaintext copy on its way to its owner's device. */
export interface PlaintextContent {
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Gives a device the bytes of a found copy, piece by piece, so that it can take them into the backup. Nothing of it is kept. */
@Injectable()
export class ContentService implements OnApplicationBootstrap {
  readonly #parts: VaultParts;
  readonly #reader: PurgeReader;
  #sources: PlaintextSources | undefined;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
    this.#reader = purgeReader(parts.database);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#sources = await openPlaintextSources(this.#parts.config.plaintextSources);
  }

  /**
   * @param header - value of `Coffer-Statement`: `read-plaintext` with object, offset and length
   * @throws ProblemError `not-found` (also where the copy is no longer as listed), `statement-invalid`, `store-unreachable`
   */
  async read(accountId: string, objectId: string, header: string): Promise<PlaintextContent> {
    const signed = decodeStatementHeader(header);
    const { object, offset, length } = await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('read-plaintext', signed);
      if (body.objectId !== objectId)
        throw new ProblemError('statement-invalid', 'The statement names another object.');
      const [found] = await this.#reader.find(session.transaction.sql, accountId, [objectId]);
      return { object: requireReadable(found), offset: body.offset, length: body.length };
    });
    const sizeBytes = Math.max(0, Math.min(length, object.found.sizeBytes - offset));
    if (sizeBytes === 0) return { sizeBytes, content: nothing() };
    return { sizeBytes, content: await this.#open(object, offset, sizeBytes) };
  }

  /** The first piece is waited for: what the provider refuses is told before the answer begins. */
  async #open({ found }: PurgeObject, offset: number, length: number): Promise<AsyncIterable<Uint8Array>> {
    const connector = this.#sources?.connector(found.provider);
    if (connector === undefined) throw new ProblemError('not-found', 'The deployment no longer reaches this copy.');
    const pieces = connector.read(found, { offset, length })[Symbol.asyncIterator]();
    try {
      return resumed(await pieces.next(), pieces);
    } catch (error) {
      throw refusal(error);
    }
  }
}

function requireReadable(object: PurgeObject | undefined): PurgeObject {
  const isThere =
    object !== undefined &&
    holdsBackup(object.found.kind) &&
    object.state !== PurgeState.purged &&
    object.state !== PurgeState.verifyingAbsence;
  if (isThere) return object;
  throw new ProblemError('not-found', 'The account has no such copy that could be read.');
}

async function* resumed(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } finally {
    await rest.return?.();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // an empty part of a file has no piece
}

function refusal(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  if (error.code === 'absent' || error.code === 'changed') {
    return new ProblemError('not-found', 'The copy is no longer as it was listed; list the found objects again.', {
      cause: error,
    });
  }
  return new ProblemError('store-unreachable', 'The place where this copy lies does not give it now.', {
    cause: error,
  });
}
