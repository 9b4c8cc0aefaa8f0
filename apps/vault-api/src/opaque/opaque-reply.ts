import { CryptoError } from '@coffer/crypto';

/** What a thread answers: errors lose their class on the way, so the code travels beside the message. */
export type OpaqueReply<Value> =
  { readonly value: Value } | { readonly failed: { readonly code: CryptoError['code']; readonly message: string } };

/** Runs `work` and packs what comes of it. What is no CryptoError is a fault of the program and thrown as it is. */
export async function packReply<Value>(work: () => Promise<Value>): Promise<OpaqueReply<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    return { failed: { code: error.code, message: error.message } };
  }
}

/** @throws CryptoError as the thread threw it */
export function unpackReply<Value>(reply: OpaqueReply<Value>): Value {
  if ('failed' in reply) throw new CryptoError(reply.failed.code, reply.failed.message);
  return reply.value;
}
