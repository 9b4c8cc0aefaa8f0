import { bytes, embedded, flag, message, number, reference, text, type MessageOf } from '../../protobuf/schema';
import { filePointer } from './files';

// The records of a backup. Field numbers are Signal's, names are this project's.

/** The first record, which is no frame. */
export const backupInfo = message({
  version: number(1),
  createdMs: number(2),
  mediaRootKeyHex: bytes(3),
  currentAppVersion: text(4),
  firstAppVersion: text(5),
  debugHex: bytes(6),
});
export type BackupInfo = MessageOf<typeof backupInfo>;

/** Names of frames by their field number. Only the second to the fourth become conversations. */
export const frameNames = [
  'empty',
  'account',
  'recipient',
  'chat',
  'chatItem',
  'stickerPack',
  'adHocCall',
  'notificationProfile',
  'chatFolder',
] as const;
export type FrameName = (typeof frameNames)[number] | 'unknown';

const style = message({
  wallpaperPreset: number(1),
  wallpaperPhoto: embedded(2, filePointer),
  automaticBubbleColor: embedded(3, message({})),
  bubbleColorPreset: number(4),
  customColorId: number(5),
  dimWallpaperInDarkMode: flag(7),
});

export const chat = message({
  id: number(1),
  recipientId: reference(2),
  isArchived: flag(3),
  pinnedOrder: number(4),
  expirationTimerMs: number(5),
  muteUntilMs: number(6),
  isMarkedUnread: flag(7),
  isQuietOnMentions: flag(8),
  style: embedded(9, style),
  expireTimerVersion: number(10),
});
export type SignalChat = MessageOf<typeof chat>;
