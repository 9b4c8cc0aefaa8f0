import { canonicalJson } from './merge-message';
import type { Conversation, Participant } from '../conversation';
import { chatLimits } from '../limits';

/** A conversation and the instant of its newest message. */
export interface DatedConversation {
  readonly conversation: Conversation;
  readonly newestMs: number;
}

/** Two copies of a conversation as one: the copy with the newer message decides where they differ. */
export function mergeConversation(left: DatedConversation, right: DatedConversation): Conversation {
  const isLeft =
    left.newestMs === right.newestMs
      ? canonicalJson(left.conversation) >= canonicalJson(right.conversation)
      : left.newestMs > right.newestMs;
  const [newer, older] = isLeft ? [left.conversation, right.conversation] : [right.conversation, left.conversation];
  const { isArchived: _isArchived, ...rest } = older;
  const created = [newer.createdMs, older.createdMs].filter((instantMs) => instantMs !== undefined);
  const extras = { ...older.extras, ...newer.extras };

  return {
    ...rest,
    ...newer,
    kind: newer.kind === 'unknown' ? older.kind : newer.kind,
    // where nothing better is known the id is the title
    title: newer.title === newer.id ? older.title : newer.title,
    participants: mergeParticipants(newer.participants, older.participants),
    ...(created.length > 0 ? { createdMs: Math.min(...created) } : {}),
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
  };
}

function mergeParticipants(newer: readonly Participant[], older: readonly Participant[]): readonly Participant[] {
  const all = new Map(newer.map((participant) => [participant.id, participant]));
  for (const participant of older) {
    const known = all.get(participant.id);
    if (known === undefined || known.name === undefined) all.set(participant.id, participant);
  }
  return [...all.values()].slice(0, chatLimits.participants);
}
