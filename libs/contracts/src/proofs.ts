import { z } from 'zod';
import { bytes32Text, instantText, uuidText } from './text-forms';

/** Answer of `POST /v1/proofs/nonces`: the challenge of one `proof` statement. */
export const proofNonce = z.strictObject({ nonce: bytes32Text, expiresAt: instantText }).meta({ id: 'ProofNonce' });

/** @see proofNonce */
export type ProofNonce = z.infer<typeof proofNonce>;

/** A plaintext object that an accepted proof covers. */
export const acceptedItem = z
  .strictObject({ provider: z.string(), location: z.string(), objectId: z.string(), version: z.string().nullable() })
  .meta({ id: 'AcceptedItem' });

/** Answer of `POST /v1/proofs`. */
export const acceptedProof = z
  .strictObject({ proofId: uuidText, accepted: z.array(acceptedItem) })
  .meta({ id: 'AcceptedProof' });

/** @see acceptedProof */
export type AcceptedProof = z.infer<typeof acceptedProof>;
