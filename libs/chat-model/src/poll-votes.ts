import type { Message } from './message';

/** Who chose an option of a poll. */
export interface PollVote {
  /** The option's words, as in `poll.options`. */
  readonly option: string;
  /** Which of several options with these words, counted from 0 over all options; absent where the source tells them by their words. */
  readonly index?: number;
  /** Participant id; null is the owner of the backup. */
  readonly senderId: string | null;
}

/** What readers put into `extras.pollVotes`: who chose what, as far as the source says. Anything of another shape is left out. */
export function pollVotesOf({ extras }: Message): readonly PollVote[] {
  const votes = extras?.['pollVotes'];
  if (!Array.isArray(votes)) return [];
  return (votes as readonly unknown[]).flatMap((vote): PollVote[] => {
    if (typeof vote !== 'object' || vote === null) return [];
    const { option, index, senderId, isFromSelf } = vote as Readonly<Record<string, unknown>>;
    if (typeof option !== 'string') return [];
    if (isFromSelf !== true && typeof senderId !== 'string') return [];
    return [
      {
        option,
        ...(typeof index === 'number' ? { index } : {}),
        senderId: isFromSelf === true ? null : (senderId as string),
      },
    ];
  });
}

/** The votes for each option of a message's poll, in the order of the options. */
export function votesByOption(message: Message): readonly (readonly PollVote[])[] {
  const options = message.poll?.options ?? [];
  const votes = pollVotesOf(message);
  return options.map((words, at) =>
    votes.filter(({ option, index }) => (index === undefined ? option === words : index === at)),
  );
}
