import type { NewStart, NewStartState } from '@coffer/contracts';

import { UsageError } from '../output/usage-error';
import type { VaultConnection } from '../vault/connect-vault';

/** The newest new start of the account in one of the states. @throws UsageError where there is none */
export async function findNewStart(
  { client }: Pick<VaultConnection, 'client'>,
  states: readonly NewStartState[],
): Promise<NewStart> {
  const { newStarts } = await client.listNewStarts();
  const found = newStarts.findLast(({ state }) => states.includes(state));
  if (found !== undefined) return found;
  const last = newStarts.at(-1);
  throw new UsageError(
    last === undefined
      ? 'Nobody has asked for a new start of this account. Nothing was changed.'
      : `${newStartText(last)} Nothing was changed.`,
  );
}

/** What a new start has come to, for people. */
export function newStartText({ state, opensAt, closesAt, undoUntil }: NewStart): string {
  const texts: Readonly<Record<NewStartState, string>> = {
    waiting: `The new start waits until ${opensAt}.`,
    open: `The new start is open until ${closesAt}.`,
    cancelled: 'The new start was cancelled.',
    expired: 'The new start was not used in time.',
    finished: `The new start is finished; the former key can undo it until ${undoUntil ?? closesAt}.`,
    undone: 'The new start was undone by the former key.',
    settled: 'The new start is finished and can no longer be undone.',
  };
  return texts[state];
}
