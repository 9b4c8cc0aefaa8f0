import { z } from 'zod';
import { count, idText, instantText } from './text-forms';

/** One promise of docs/protocol.md, and whether this deployment keeps it. */
export const claim = z
  .strictObject({
    /** `P1` to `P6`, or a kebab-case word for what is no numbered promise. */
    id: z.string(),
    holds: z.boolean(),
    text: z.string(),
    /** On what it rests, and what it does not cover. */
    conditions: z.array(z.string()),
  })
  .meta({ id: 'Claim' });

/** @see claim */
export type Claim = z.infer<typeof claim>;

/** What somebody can obtain of an account, by which kinds of keyslot it has. */
export const disclosure = z
  .strictObject({
    /** Who asks, or takes. */
    party: z.string(),
    /** Whatever the keyslot. */
    always: z.string(),
    digits: z.string(),
    password: z.string(),
    passkey: z.string(),
  })
  .meta({ id: 'Disclosure' });

/** @see disclosure */
export type Disclosure = z.infer<typeof disclosure>;

/** So many requests at once, and so many in each second after them. */
const allowance = z.strictObject({ burst: count, perSecond: count }).meta({ id: 'RequestAllowance' });

/** Answer of `GET /v1/claims`: what this deployment can and cannot promise, computed from its configuration. */
export const claims = z
  .strictObject({
    v: z.literal(1),
    vaultId: idText,
    computedAt: instantText,
    promises: z.array(claim),
    /** What nobody should rely on here. */
    limits: z.array(z.string()),
    sealing: z.strictObject({
      kind: z.enum(['key-file', 'pkcs11']),
      /** When the oldest sealing key that exists was made: what was shredded before opens from no dump. */
      oldestKeyAt: instantText.nullable(),
      /** From one sealing key to the next, and how long a former one is kept at least. */
      epochSeconds: count,
      keepSeconds: count,
      /** Whether dumps are kept; then one has to be restored and opened before a former key is destroyed. */
      dumps: z.enum(['drilled', 'none']),
    }),
    anchors: z.array(z.strictObject({ kind: z.string(), name: z.string() })),
    witnesses: z.array(z.strictObject({ name: z.string(), key: z.string() })),
    guesses: z.strictObject({ attempts: count, delaysSeconds: z.array(count), longestVetoSeconds: count }),
    /** What one account, or one address without an account, is answered; `bulk`: on the routes called for each object. */
    requests: z.strictObject({ account: allowance, address: allowance, bulk: allowance }),
    /** How long a new start waits, is open and can be undone, and how long a deletion asked for without the key waits. */
    waits: z.strictObject({
      newStartSeconds: count,
      newStartOpenSeconds: count,
      newStartUndoSeconds: count,
      deletionSeconds: count,
    }),
    purge: z.strictObject({ graceSeconds: count, youngKeyGraceSeconds: count, listingGapSeconds: count }),
    /** Settings that are weaker than the documented ones (demo and test deployments), in words. */
    deviations: z.array(z.string()),
    /** What can be handed over or taken, and by whom. */
    disclosures: z.array(disclosure),
  })
  .meta({ id: 'Claims' });

/** @see claims */
export type Claims = z.infer<typeof claims>;
