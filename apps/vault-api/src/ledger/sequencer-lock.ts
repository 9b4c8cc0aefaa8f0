import { statement, type Queryable } from '@coffer/database';

/** Session lock of the one process that sequences, or repairs the tree. */
const sequencerLock = 4_300_002;
const tryLock = statement('sequencer-lock', `SELECT pg_try_advisory_lock(${sequencerLock}) AS held`);

/** Asks for the lock; it is held as long as the session lives. @returns whether it is held now */
export async function takeSequencerLock(session: Queryable): Promise<boolean> {
  const [lock] = await session.rows<{ held: boolean }>(tryLock);
  return lock?.held === true;
}
