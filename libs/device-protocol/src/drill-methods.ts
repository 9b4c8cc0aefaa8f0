import { z } from 'zod';
import { count, instant, method } from './method';

/** Damaged objects, files and conversations that are named; the others are counted. */
export const mostNamed = 20;

const names = z.strictObject({ named: z.array(z.string()).max(mostNamed), count });

const damagedObjects = z.strictObject({
  /** Paths within the repository, e.g. `packs/1/…`; they tell nothing of its content. */
  named: z.array(z.strictObject({ path: z.string(), isMissing: z.boolean() })).max(mostNamed),
  count,
});

const readSchema = z.strictObject({
  snapshotId: z.string(),
  /** Of the snapshot that was read: the newest one. */
  createdAt: instant,
  samplePercent: count,
  /** Sealed objects that were read, and their bytes. */
  objects: count,
  bytes: count,
  /** What the snapshot holds in all. */
  files: count,
  conversations: count,
  messages: count,
});

const drilledSchema = z.discriminatedUnion('outcome', [
  readSchema.extend({
    outcome: z.literal('sound'),
    /**
     * `taken`: the vault has a signed proof. `superseded`: a newer backup was made meanwhile, and a proof can speak of the newest
     * alone. `not-taken`: the vault was not reached, or did not take it.
     */
    proof: z.enum(['taken', 'superseded', 'not-taken']),
  }),
  readSchema.extend({
    outcome: z.literal('damaged'),
    damagedObjects,
    /** Paths of files that cannot be restored whole, as far as that was read. */
    brokenFiles: names,
    /** Titles of conversations of which messages are lost, as far as that was read. */
    brokenConversations: names,
  }),
  /** Its list of contents is damaged or missing, so that nothing could be read by it. */
  z.strictObject({ outcome: z.literal('unreadable'), damagedObjects }),
]);

/** What came of a fire drill. */
export type DrilledBackup = z.infer<typeof drilledSchema>;

/** What a page asks a device about whether a backup can be restored. */
export const drillMethods = {
  /**
   * The fire drill: fetches a sample of the newest snapshot of the open backup as a restore would, opens and checks all of it, and where
   * all was sound signs a proof of restorability for the vault. Damage is an outcome and no failure. Changes nothing in the backup.
   */
  runFireDrill: method(
    z.strictObject({
      /** How many of every hundred packs are read. */
      samplePercent: z.int().min(5).max(100),
    }),
    drilledSchema,
  ),
} as const;
