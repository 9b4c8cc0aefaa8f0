import { z } from 'zod';
import { limits } from './limits';
import { signedStatement } from './signed-statement';
import {
  count,
  cursorText,
  hashText,
  idText,
  instantText,
  keyIdText,
  objectPathText,
  objectPrefixText,
  uuidText,
} from './text-forms';

/** One encrypted repository of the account. */
export const repository = z
  .strictObject({ repositoryId: idText, keyId: keyIdText, createdAt: instantText })
  .meta({ id: 'Repository' });

/** @see repository */
export type Repository = z.infer<typeof repository>;

/** Answer of `GET /v1/repositories`. */
export const repositoryList = z.strictObject({ repositories: z.array(repository) }).meta({ id: 'RepositoryList' });

/** @see repositoryList */
export type RepositoryList = z.infer<typeof repositoryList>;

/** The signed head that the vault keeps, or none yet. */
export const repositoryHead = z.strictObject({ head: signedStatement.nullable() }).meta({ id: 'RepositoryHead' });

/** @see repositoryHead */
export type RepositoryHead = z.infer<typeof repositoryHead>;

/** What a storage grant permits. */
export const grantPermissions = ['read', 'create'] as const;

/** @see grantPermissions */
export type GrantPermission = (typeof grantPermissions)[number];

/** Body of `POST /v1/repositories/{repositoryId}/grants`: read by token alone, create by a `create-grant` statement. */
export const askGrant = z
  .union([z.strictObject({ permission: z.literal('read') }), signedStatement])
  .meta({ id: 'AskGrant' });

/** @see askGrant */
export type AskGrant = z.infer<typeof askGrant>;

/** A storage grant for one repository. */
export const storageGrant = z
  .strictObject({
    grant: z.string().min(16).max(2048),
    kind: z.literal('gateway'),
    permission: z.enum(grantPermissions),
    expiresAt: instantText,
  })
  .meta({ id: 'StorageGrant' });

/** @see storageGrant */
export type StorageGrant = z.infer<typeof storageGrant>;

/** Name of the header that carries the grant. */
export const grantHeaderName = 'coffer-grant';

/** Name of the header that announces the SHA-256 of an uploaded object. */
export const contentSha256HeaderName = 'coffer-content-sha256';

/** Headers of the gateway routes that read. */
export const readObjectHeaders = z.object({
  [grantHeaderName]: z.string().min(16).max(2048),
  range: z
    .string()
    .regex(/^bytes=(?:\d+-\d*|-\d+)$/, 'one range of bytes expected')
    .optional(),
});

/** Headers of the gateway route that lists. */
export const listObjectsHeaders = readObjectHeaders.pick({ [grantHeaderName]: true });

/** Headers of the gateway route that creates. */
export const createObjectHeaders = z.object({
  [grantHeaderName]: z.string().min(16).max(2048),
  [contentSha256HeaderName]: hashText,
  'content-length': countInHeader(),
});

function countInHeader() {
  return z.coerce.number<number | string>().int().min(0);
}

/** What the vault says of an object that it took in. */
export const createdObject = z
  .strictObject({ path: objectPathText, sizeBytes: count, sha256: hashText })
  .meta({ id: 'CreatedObject' });

/** @see createdObject */
export type CreatedObject = z.infer<typeof createdObject>;

/** Query of the gateway's listing. */
export const listObjectsQuery = z.strictObject({ prefix: objectPrefixText.optional(), cursor: cursorText.optional() });

/** A page of objects, in bytewise order of their paths. */
export const objectList = z
  .strictObject({
    objects: z.array(z.strictObject({ path: objectPathText, sizeBytes: count })),
    nextCursor: cursorText.nullable(),
  })
  .meta({ id: 'ObjectList' });

/** @see objectList */
export type ObjectList = z.infer<typeof objectList>;

/** Answer of `POST /v1/repositories/{repositoryId}/deletions`. */
export const deletion = z.strictObject({ deleted: count.max(limits.deletionPaths) }).meta({ id: 'Deletion' });

/** @see deletion */
export type Deletion = z.infer<typeof deletion>;

/** A snapshot item that a purge or a certificate relies on. */
export const pin = z
  .strictObject({
    snapshotId: z.string(),
    itemPath: z.string(),
    sizeBytes: count,
    modifiedAt: instantText,
    /** Of the plaintext that the item restores to. */
    sha256: hashText,
    proofId: uuidText,
    /** How many sealed objects it keeps from being deleted. */
    objects: count,
    pinnedAt: instantText,
  })
  .meta({ id: 'Pin' });

/** @see pin */
export type Pin = z.infer<typeof pin>;

/** Answer of `GET /v1/repositories/{repositoryId}/pins`. */
export const pinList = z.strictObject({ pins: z.array(pin) }).meta({ id: 'PinList' });

/** @see pinList */
export type PinList = z.infer<typeof pinList>;
