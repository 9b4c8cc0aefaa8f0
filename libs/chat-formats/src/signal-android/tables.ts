/**
 * The tables that become conversations, of all versions of the app that are read; rows of others are counted and left out. Names are
 * Signal's.
 */
export const androidTables = [
  'recipient',
  'groups',
  'group_membership',
  'thread',
  'message',
  'sms',
  'mms',
  'attachment',
  'part',
  'reaction',
  'group_receipts',
  'sticker',
  'mention',
  'poll',
  'poll_option',
  'poll_vote',
] as const;
export type AndroidTable = (typeof androidTables)[number];

/** SHA-256 of the attachments in the backup, by row, are kept in this table of our own. */
export const blobTable = 'coffer_blob';
/** And those of the stickers of packs, by their row in `sticker`, in this one. */
export const stickerBlobTable = 'coffer_sticker_blob';

/** And those of people's and groups' pictures, by their row in `recipient`, or by what an older app called them, in this one. */
export const avatarTable = 'coffer_avatar';

/** Whether a table is one of those. */
export function isAndroidTable(name: string): name is AndroidTable {
  return (androidTables as readonly string[]).includes(name);
}
