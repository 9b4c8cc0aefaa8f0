import { z } from 'zod';
import { accountMethods } from './account-methods';
import { conversationSummarySchema, messageSchema } from './chat-values';
import { drillMethods } from './drill-methods';
import { fileMethods, foundSchema, searchSchema } from './file-methods';
import {
  budgetSchema,
  bytes,
  count,
  instant,
  keyIdHex,
  keyslotKind,
  maximumMessagesPerRead,
  method,
  nothing,
} from './method';
import { setupMethods } from './setup-methods';

/** Raised whenever a message changes its meaning. Page and device refuse each other where it differs. */
export const protocolVersion = 1;

const repositoryId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** Credential id of a passkey (WebAuthn level 3, section 4). */
const credentialId = bytes(1, 1023);
/** What a passkey's PRF gives. The array is handed over: the page keeps none. */
const prfOutput = bytes(32, 32);

const keyslotSchema = z.strictObject({
  kind: keyslotKind,
  provenAt: instant.nullable(),
});

/** One way to get the backup key back, as far as the vault knows it. */
export type KeyslotSummary = z.infer<typeof keyslotSchema>;

const backupSchema = z.strictObject({
  /** 16 bytes, base64url. */
  repositoryId,
  /** 8 bytes, hexadecimal; names the backup key that opens it. */
  keyIdHex,
  createdAt: instant,
  /** When the newest snapshot was put in place; null where that is not known before the backup is open. */
  lastBackupAt: instant.nullable(),
  /** When a device last proved to the vault that the newest snapshot of that time can be restored; null where none did. */
  lastProofAt: instant.nullable(),
  /** False where the repository holds no snapshot yet. */
  hasSnapshots: z.boolean(),
  /** The keyslots that open this backup. */
  keyslots: z.array(keyslotSchema),
});

/** One repository before it is open: dates and keyslots, nothing of its content. */
export type BackupSummary = z.infer<typeof backupSchema>;

const openedSchema = z.strictObject({
  repositoryId,
  keyIdHex,
  /** Guesses after the unlock; null where the vault was not asked (64-digit key). */
  budget: budgetSchema.nullable(),
});

const snapshotSchema = z.strictObject({
  snapshotId: z.string().min(1),
  generation: count,
  createdAt: instant,
  /** Name that the device gave itself. */
  device: z.string(),
  conversations: count,
  messages: count,
  files: count,
  /** Bytes of the sources before compression. */
  sizeBytes: count,
});

/** One dated state of an open backup. */
export type SnapshotSummary = z.infer<typeof snapshotSchema>;

/** One conversation of a snapshot, without its messages. */
export type ConversationSummary = z.infer<typeof conversationSummarySchema>;

/**
 * Everything that a page may ask of a device: parameters and result of each method. What a device answers never contains a
 * key, a password or any other secret, but where a person sets up a key and has to record it (`setupMethods`).
 */
export const deviceMethods = {
  /** The first request of every page. Fails with `protocol` where the versions differ. */
  hello: method(
    z.strictObject({ protocol: z.int() }),
    z.strictObject({ protocol: z.int(), openRepositoryId: repositoryId.nullable() }),
  ),
  /** Hands over the token that the page's own server wants to see with every `/v1` request. */
  setCsrf: method(z.strictObject({ token: z.string().min(16).max(512) }), nothing),
  /** The account's backups, the newest first, and its guess budget. */
  listBackups: method(nothing, z.strictObject({ backups: z.array(backupSchema), budget: budgetSchema })),
  /** The guess budget alone. Costs no guess. */
  getBudget: method(nothing, budgetSchema),
  /** Spends one guess. 1 to 1024 bytes of UTF-8. */
  unlockWithPassword: method(z.strictObject({ repositoryId, password: z.string().min(1).max(1024) }), openedSchema),
  /** Never spends a guess. Blanks and case are ignored. */
  unlockWithDigits: method(z.strictObject({ repositoryId, digits: z.string().max(512) }), openedSchema),
  /** The passkeys of this address that open a backup, and what each is to be evaluated at. */
  listPasskeys: method(
    z.strictObject({ repositoryId }),
    z.strictObject({
      /** Relying party id: the host name of this page. */
      rpId: z.string().min(1).max(253),
      passkeys: z.array(z.strictObject({ credentialId, prfInput: bytes(32, 32) })),
    }),
  ),
  /** Never spends a guess. */
  unlockWithPasskey: method(z.strictObject({ repositoryId, credentialId, prfOutput }), openedSchema),
  /** Begins to add a passkey for the open backup: what the page is to ask an authenticator for. */
  beginPasskey: method(
    nothing,
    z.strictObject({
      rpId: z.string().min(1).max(253),
      /** User handle: 16 bytes that mean nothing elsewhere. */
      userId: bytes(16, 16),
      prfInput: bytes(32, 32),
      /** Passkeys that open it already: an authenticator that has one of these is not to make another. */
      known: z.array(credentialId),
    }),
  ),
  /** Seals the backup key under the first evaluation. Nothing leaves the device yet. */
  sealPasskey: method(z.strictObject({ credentialId, prfOutput }), nothing),
  /** Opens it again with a second evaluation, and adds the keyslot only then. */
  confirmPasskey: method(
    z.strictObject({ prfOutput }),
    z.strictObject({
      /** Repositories that could not take a copy of the wrap. */
      missingCopies: count,
    }),
  ),
  /** The dated states of the open backup, the newest first, and how many more there are that cannot be read. */
  listSnapshots: method(nothing, z.strictObject({ snapshots: z.array(snapshotSchema), damaged: count })),
  /** The conversations of one snapshot, the one with the newest message first. */
  listConversations: method(
    z.strictObject({ snapshotId: z.string().min(1).max(200) }),
    z.strictObject({ conversations: z.array(conversationSummarySchema) }),
  ),
  /** Messages `from` (inclusive) to `to` (exclusive), counted from the oldest; at most `maximumMessagesPerRead`. */
  readMessages: method(
    z
      .strictObject({
        snapshotId: z.string().min(1).max(200),
        conversationId: z.string().min(1).max(4096),
        from: count,
        to: count,
      })
      .refine(({ from, to }) => to >= from && to - from <= maximumMessagesPerRead, { message: 'range too wide' }),
    z.strictObject({ from: count, messages: z.array(messageSchema) }),
  ),
  /**
   * Messages of one snapshot that have all words of a query, the newest first. The first call reads every message for an index, which
   * lies in the memory of the device; it ends when the backup is locked or another snapshot is searched.
   */
  searchMessages: method(z.strictObject({ snapshotId: z.string().min(1).max(200), ...searchSchema }), foundSchema),
  /** Begins to replace the key of the open backup: the passkeys that can be taken along, and what ends with the former key. */
  beginRotation: method(
    nothing,
    z.strictObject({
      rpId: z.string().min(1).max(253),
      passkeys: z.array(z.strictObject({ credentialId, prfInput: bytes(32, 32) })),
      /** Passkeys of other addresses: they cannot be asked here, and end. */
      foreignPasskeys: count,
      /** A recorded 64-digit key, which ends. */
      hasRecordedKey: z.boolean(),
    }),
  ),
  /** Seals the next key for a passkey that opens the current one. Nothing leaves the device yet. */
  takePasskeyAlong: method(z.strictObject({ credentialId, prfOutput }), nothing),
  /** Proves a password for the next key, and hands over to it. The open backup stays open, under the next key. */
  rotateKey: method(
    z.strictObject({ password: z.string().min(1).max(1024) }),
    z.strictObject({
      keyIdHex,
      takenPasskeys: count,
      /** Copies of wraps that could not be written beside a backup. */
      missingCopies: count,
      /** Packs that were lost before: what needs them cannot be restored, with either key. */
      missingPacks: count,
    }),
  ),
  ...drillMethods,
  ...accountMethods,
  ...fileMethods,
  ...setupMethods,
  /** Forgets the backup key and everything that was opened with it. */
  lock: method(nothing, nothing),
} as const;

export type DeviceMethods = typeof deviceMethods;
export type DeviceMethod = keyof DeviceMethods;
export type DeviceParams<Method extends DeviceMethod> = z.infer<DeviceMethods[Method]['params']>;
export type DeviceResult<Method extends DeviceMethod> = z.infer<DeviceMethods[Method]['result']>;
