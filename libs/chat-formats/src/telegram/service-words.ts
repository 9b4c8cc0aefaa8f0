import type { TelegramFields } from './telegram-fields';

/** What the words of an event are made of. */
interface Event {
  readonly who: string;
  readonly members: string;
  readonly fields: TelegramFields;
}

const text = ({ fields }: Event, name: string): string => {
  const value = fields.peek(name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const quoted = (event: Event, name: string): string => (text(event, name) === '' ? '' : ` “${text(event, name)}”`);

/** Events by Telegram's name of them. Words for one that is not here are its name. */
const events: Readonly<Record<string, (event: Event) => string>> = {
  create_group: (event) =>
    `${event.who} created the group${quoted(event, 'title')}${event.members === '' ? '' : ` with ${event.members}`}`,
  create_channel: (event) => `the channel${quoted(event, 'title')} was created`,
  edit_group_title: (event) => `${event.who} changed the title to${quoted(event, 'title')}`,
  edit_group_photo: ({ who }) => `${who} changed the picture`,
  delete_group_photo: ({ who }) => `${who} removed the picture`,
  suggest_profile_photo: ({ who }) => `${who} suggested a picture`,
  invite_members: ({ who, members }) => `${who} added ${members}`,
  remove_members: ({ who, members }) => (members === who ? `${who} left` : `${who} removed ${members}`),
  join_group_by_link: ({ who }) => `${who} joined by a link`,
  join_group_by_request: ({ who }) => `${who} was let in upon request`,
  joined_telegram: ({ who }) => `${who} joined Telegram`,
  migrate_to_supergroup: () => 'the group became a supergroup',
  migrate_from_group: (event) => `the supergroup was made from the group${quoted(event, 'title')}`,
  pin_message: (event) => `${event.who} pinned message ${text(event, 'message_id')}`,
  clear_history: ({ who }) => `${who} cleared the history`,
  take_screenshot: ({ who }) => `${who} took a screenshot`,
  score_in_game: (event) => `${event.who} scored ${text(event, 'score')} in a game`,
  send_payment: (event) => `${event.who} paid ${text(event, 'amount')} ${text(event, 'currency')}`,
  set_messages_ttl: (event) =>
    text(event, 'period') === '0'
      ? `${event.who} turned disappearing messages off`
      : `${event.who} set messages to disappear after ${text(event, 'period')} seconds`,
  group_call: (event) =>
    text(event, 'duration') === '' && text(event, 'duration_seconds') === ''
      ? `${event.who} started a group call`
      : `a group call ended after ${text(event, 'duration') || text(event, 'duration_seconds')} seconds`,
  group_call_scheduled: (event) => `${event.who} planned a group call`,
  invite_to_group_call: ({ who, members }) => `${who} invited ${members} to a group call`,
  edit_chat_theme: (event) => `${event.who} changed the theme to ${text(event, 'emoticon')}`,
  set_chat_wallpaper: ({ who }) => `${who} changed the wallpaper`,
  set_same_chat_wallpaper: ({ who }) => `${who} took the same wallpaper`,
  topic_created: (event) => `${event.who} created the topic${quoted(event, 'title')}`,
  topic_edit: (event) => `${event.who} changed the topic to${quoted(event, 'new_title')}`,
  proximity_reached: (event) => `${event.who} is within ${text(event, 'distance')} m`,
  boost_apply: (event) => `${event.who} boosted the group ${text(event, 'boosts')} times`,
  send_premium_gift: (event) => `${event.who} gave Premium for ${text(event, 'months')} months`,
  giveaway_launch: ({ who }) => `${who} started a giveaway`,
  allow_sending_messages: ({ who }) => `${who} allowed a bot to write`,
  attach_menu_bot_allowed: ({ who }) => `${who} allowed a bot to write`,
};

/** An event as a sentence for people, in English: who did what. Nothing is taken: every fact stays among the extras too. */
export function serviceWords(action: string, actor: string | undefined, fields: TelegramFields): string {
  const who = actor ?? 'somebody';
  const words = Object.hasOwn(events, action) ? events[action] : undefined;
  if (words === undefined) return `${who}: ${action.replaceAll('_', ' ')}`;
  return words({ who, members: namesOf(fields.peek('members')), fields });
}

function namesOf(members: unknown): string {
  if (!Array.isArray(members)) return '';
  return members
    .map((member) => (typeof member === 'string' && member !== '' ? member : 'a deleted account'))
    .join(', ');
}
