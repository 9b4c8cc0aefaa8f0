import { chatLimits, type Extra } from '@coffer/chat-model';
import { addExtras, present, type MessageDraft } from '../message-draft';
import { signalEventWords } from '../signal/event-words';
import { selfId } from '../signal/places';
import { safeInteger, type SqlDatabase, type SqlRow, type SqlValue } from '../sql';
import { clippedText, positiveCount } from '../sql-fields';
import type { Schema } from '../sql-schema';
import type { MessageTable } from './messages';

const mostVotes = 20_000;

/** States of a vote that are not that it counts. Numbers are Signal's. */
const unsettled: ReadonlyMap<number, string> = new Map([
  [1, 'pending-remove'],
  [2, 'pending-add'],
  [3, 'removed'],
]);

/**
 * Adds the poll that a message is, or the end of one that it says.
 *
 * @param idOf - a person's id by the row in `recipient`
 */
export function readPolls(
  database: SqlDatabase,
  schema: Schema,
  table: MessageTable,
  idOf: (key: SqlValue | undefined) => string | undefined,
): (row: number, draft: MessageDraft) => void {
  const isThere = schema.hasRows('poll', '_id', 'message_id', 'question');
  if (table !== 'message' || !isThere || !schema.hasColumns('poll_option', '_id', 'poll_id', 'option_text')) {
    return () => undefined;
  }
  const ends = schema.hasColumns('poll', 'end_message_id') ? safeInteger('p.end_message_id') : 'NULL';
  const polls = database.query(
    `SELECT p._id, p.question, ${schema.column('poll', 'allow_multiple_votes', 'p')}, ${ends} ` +
      'FROM main.poll p WHERE p.message_id = ? ORDER BY p._id LIMIT 1',
  );
  const ended =
    ends === 'NULL'
      ? undefined
      : database.query('SELECT p.question FROM main.poll p WHERE p.end_message_id = ? ORDER BY p._id LIMIT 1');
  const order = schema.hasColumns('poll_option', 'option_order') ? 'o.option_order, ' : '';
  const options = database.query(
    `SELECT o._id, o.option_text FROM main.poll_option o WHERE o.poll_id = ? ORDER BY ${order}o._id ` +
      `LIMIT ${chatLimits.pollOptions}`,
  );
  const votes = readVotes(database, schema);
  return (row, draft) => {
    const [poll] = polls(row);
    if (poll !== undefined) addPoll(draft, poll, options(poll[0] as number), votes(poll[0] as number), idOf);
    const [end] = ended?.(row) ?? [];
    if (end !== undefined && draft.kind === 'text') addEnd(draft, clippedText(end[0]));
  };
}

function readVotes(database: SqlDatabase, schema: Schema): (poll: number) => readonly SqlRow[] {
  if (!schema.hasRows('poll_vote', 'poll_id', 'poll_option_id', 'voter_id')) return () => [];
  const integer = (name: string): string =>
    schema.hasColumns('poll_vote', name) ? safeInteger(`v."${name}"`) : 'NULL';
  return database.query(
    `SELECT v.poll_option_id, v.voter_id, ${integer('vote_count')}, ${integer('vote_state')}, ${integer('date_received')} ` +
      `FROM main.poll_vote v WHERE v.poll_id = ? ORDER BY v._rowid_ LIMIT ${mostVotes}`,
  );
}

/** Question, options and votes as in the newer format; votes that do not count stand apart. */
function addPoll(
  draft: MessageDraft,
  [, question, allowMultiple, end]: SqlRow,
  options: readonly SqlRow[],
  votes: readonly SqlRow[],
  idOf: (key: SqlValue | undefined) => string | undefined,
): void {
  if (draft.kind === 'text') draft.kind = 'poll';
  const words = clippedText(question);
  if (words !== undefined) draft.text = words;
  draft.poll = { options: options.map(([, text]) => clippedText(text, chatLimits.titleLength) ?? '') };
  const numbers = new Map(options.map(([id], index) => [id, index]));
  const pollVotes: Record<string, Extra>[] = [];
  const otherVotes: Record<string, Extra>[] = [];
  for (const [optionId, voter, count, state, received] of votes) {
    const index = numbers.get(optionId ?? null);
    const by = idOf(voter);
    const word = typeof state === 'number' ? unsettled.get(state) : undefined;
    const vote = present<Record<string, Extra>>({
      option: index === undefined ? undefined : draft.poll.options[index],
      index,
      senderId: by === selfId ? undefined : by,
      isFromSelf: by === selfId ? true : undefined,
      count: positiveCount(count),
      receivedMs: positiveCount(received),
      state: word,
    });
    (index === undefined || word !== undefined ? otherVotes : pollVotes).push(vote);
  }
  const facts = present<Record<string, Extra>>({
    allowMultiple: allowMultiple === 1 ? true : undefined,
    hasEnded: positiveCount(end) === undefined ? undefined : true,
    otherVotes: otherVotes.length === 0 ? undefined : otherVotes,
  });
  addExtras(draft, {
    pollVotes: pollVotes.length === 0 ? undefined : pollVotes,
    poll: Object.keys(facts).length === 0 ? undefined : facts,
  });
}

function addEnd(draft: MessageDraft, question: string | undefined): void {
  const action = 'poll-ended';
  draft.kind = 'system';
  draft.system = { action };
  const body = draft.text;
  delete draft.text;
  addExtras(draft, {
    event: signalEventWords(action),
    poll: question === undefined ? undefined : { question },
    body: body === question ? undefined : body,
  });
}
