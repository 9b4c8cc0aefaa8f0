import { z } from 'zod';
import { count, instantText, keyIdText, uuidText } from './text-forms';

/** What a new start is at the moment of the answer. */
export const newStartStates = ['waiting', 'open', 'cancelled', 'expired', 'finished', 'undone', 'settled'] as const;

/** @see newStartStates */
export type NewStartState = (typeof newStartStates)[number];

/** A new start, for an account whose key and password are both lost (docs/protocol.md). */
export const newStart = z
  .strictObject({
    newStartId: uuidText,
    state: z.enum(newStartStates),
    begunAt: instantText,
    /** From here on the registration is taken … */
    opensAt: instantText,
    /** … and before this instant. */
    closesAt: instantText,
    /** Of the former owner: under it an undoing is signed. */
    ownerGeneration: count,
    /** Of the former owner. */
    keyId: keyIdText,
    /** Until when the former owner key can undo it; null before it is finished. */
    undoUntil: instantText.nullable(),
  })
  .meta({ id: 'NewStart' });

/** @see newStart */
export type NewStart = z.infer<typeof newStart>;

/** Answer of `GET /v1/new-starts`, the oldest first. */
export const newStartList = z.strictObject({ newStarts: z.array(newStart) }).meta({ id: 'NewStartList' });

/** @see newStartList */
export type NewStartList = z.infer<typeof newStartList>;
