import { z } from 'zod';
import { instantText, uuidText } from './text-forms';

/** How far the deletion of an account is: it waits, or the account is closed and being erased. */
export const accountDeletionStates = ['waiting', 'closed'] as const;

/** The deletion of an account (docs/protocol.md, "Deletion of an account"). */
export const accountDeletion = z
  .strictObject({
    deletionId: uuidText,
    state: z.enum(accountDeletionStates),
    askedBy: z.enum(['owner', 'login']),
    askedAt: instantText,
    /** When the account is closed. */
    dueAt: instantText,
  })
  .meta({ id: 'AccountDeletion' });

/** @see accountDeletion */
export type AccountDeletion = z.infer<typeof accountDeletion>;

/** Answer of `GET /v1/account/deletion`; null where nobody has asked for one. */
export const waitingDeletion = z.strictObject({ deletion: accountDeletion.nullable() }).meta({ id: 'WaitingDeletion' });

/** @see waitingDeletion */
export type WaitingDeletion = z.infer<typeof waitingDeletion>;
