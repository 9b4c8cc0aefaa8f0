import { z } from 'zod';
import { conversationSummarySchema, messageSchema } from './chat-values';
import { bytes, count, maximumMessagesPerRead, method, nothing } from './method';

/** A file that a person chose. What crosses is its name and a handle: its bytes are read by the device, piece by piece. */
const file = z.instanceof(File);

/** The formats of other apps' backups that a device tells apart. */
export const fileFormats = [
  'whatsapp-crypt12',
  'whatsapp-crypt14',
  'whatsapp-crypt15',
  'whatsapp-msgstore',
  'whatsapp-contacts',
  'export-chat-text',
  'export-chat-zip',
  'signal-backup-v2',
  'signal-android-backup',
  'telegram-export',
  'coffer-chats',
] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Which secret a file wants. */
export const fileKeysWanted = [
  'none',
  'whatsapp-backup-key',
  'whatsapp-key-file',
  'signal-recovery-key',
  'signal-passphrase',
] as const;
export type FileKeyWanted = (typeof fileKeysWanted)[number];

const keyText = z.string().max(512);

/** What a person gives to open a file, as they typed or chose it. Never leaves the device, and is not kept. */
const secretSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** WhatsApp's 64-digit key. Blanks and case are ignored. */
  z.strictObject({ kind: z.literal('digits'), digits: keyText }),
  /** encrypted_backup.key, the phone's file `key`, or text with 64 digits. */
  z.strictObject({ kind: z.literal('key-file'), content: bytes(1, 4096) }),
  /** Signal's 64 characters, the account's id (UUID), and the token that backups from the cloud want. */
  z.strictObject({
    kind: z.literal('recovery-key'),
    recoveryKey: keyText,
    accountId: z.string().max(128),
    token: bytes(1, 4096).nullable(),
  }),
  /** 30 digits. */
  z.strictObject({ kind: z.literal('passphrase'), passphrase: keyText }),
]);
export type FileSecret = z.infer<typeof secretSchema>;

/** What is not an error and should be known: the codes of docs/chat-formats.md. */
export const fileWarnings = [
  'bad-checksum',
  'no-checksum',
  'several-files',
  'increment',
  'left-out',
  'unknown-fields',
  'assumed-date-order',
  'unread-journal',
  'unread-messages',
] as const;
export type FileWarning = (typeof fileWarnings)[number];

/** Most files that are looked at together: a backup and what belongs to it. */
export const maximumFiles = 8;

/** Most messages that one search gives. */
export const maximumHits = 500;

/** A message that a search found. */
const hitSchema = z.strictObject({
  conversationId: z.string(),
  /** Of the message in its conversation, counted from the oldest. */
  index: count,
  message: messageSchema,
  /** Words of the message around the first of those that were looked for. */
  excerpt: z.strictObject({ before: z.string(), hit: z.string(), after: z.string() }),
});
export type SearchHit = z.infer<typeof hitSchema>;

/** What a search asks besides where. */
export const searchSchema = { query: z.string().max(1000), limit: count.max(maximumHits) };

/** What a search found, the newest message first. */
export const foundSchema = z.strictObject({
  hits: z.array(hitSchema),
  /** Whether these are all. */
  isComplete: z.boolean(),
});

/** How an open file can be saved: one JSON document, or a zip of pages. */
export const savedForms = ['json', 'html'] as const;
export type SavedForm = (typeof savedForms)[number];

/**
 * Opening a backup of another app that lies on the person's disk. No account, no vault and no network is needed; a device holds one
 * open file at most, in memory alone.
 */
export const fileMethods = {
  /**
   * Says by their bytes what files that were chosen together are, without opening what is encrypted: which of them is the backup, and
   * which, if any, holds the names of people (wa.db, an address book).
   */
  inspectFiles: method(
    z.strictObject({ files: z.array(file).min(1).max(maximumFiles) }),
    z.strictObject({
      /** Index of the backup among the files. */
      backup: count,
      /** Index of the one with names. */
      contacts: count.nullable(),
      format: z.enum(fileFormats),
      keyWanted: z.enum(fileKeysWanted),
    }),
  ),
  /** Opens a file. Nothing of it is given out before it has proven authentic, where its format can. */
  openFile: method(
    z.strictObject({
      file,
      /** A wa.db, a wa.db.crypt15 under the same key, or an address book (.vcf), for the names of people. */
      contacts: file.nullable(),
      secret: secretSchema,
      /** IANA name of the phone's zone, for exported chats, which have local times only. */
      timeZone: z.string().max(64).nullable(),
    }),
    z.strictObject({
      format: z.enum(fileFormats),
      conversations: count,
      messages: count,
      warnings: z.array(z.enum(fileWarnings)),
    }),
  ),
  /** The conversations of the open file, the one with the newest message first. */
  listFileConversations: method(nothing, z.strictObject({ conversations: z.array(conversationSummarySchema) })),
  /** As `readMessages`, of the open file. */
  readFileMessages: method(
    z
      .strictObject({ conversationId: z.string().min(1).max(4096), from: count, to: count })
      .refine(({ from, to }) => to >= from && to - from <= maximumMessagesPerRead, { message: 'range too wide' }),
    z.strictObject({ from: count, messages: z.array(messageSchema) }),
  ),
  /**
   * Messages of the open file that have all words of a query, the newest first. The first call makes an index, which lies in the memory
   * of the device and ends with the file.
   */
  searchFile: method(z.strictObject(searchSchema), foundSchema),
  /** The open file, or one conversation of it, in a form that outlives this project, for the page to offer as a download. */
  saveFile: method(
    z.strictObject({ form: z.enum(savedForms), conversationId: z.string().min(1).max(4096).nullable() }),
    z.strictObject({
      content: z.instanceof(Blob),
      /** How many files of messages are damaged, and named in the pages instead of being beside them. */
      mediaLeftOut: count,
    }),
  ),
} as const;
