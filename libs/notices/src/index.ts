export { channelContext, ChannelSecrets, codeDigits, type ChannelName } from './channel-secrets';
export {
  decodeTarget,
  encodeTarget,
  type ChannelKind,
  type ChannelTarget,
  type EmailTarget,
  type PushTarget,
} from './channel-target';
export { Courier, type CourierParts, type CourierStep } from './courier';
export { isEmailAddress } from './email-address';
export { canBeChecked, nextCheckAtMs } from './key-check-schedule';
export {
  confirmationEmail,
  noticeEmail,
  noticePush,
  type EmailMessage,
  type PushMessage,
  type ToldNotice,
} from './messages';
export type { DeliveryFailure, Outbox, OutboxKey, OutboxMessage, Senders, SendOutcome } from './ports';
export { isTimeZone, quietUntilMs, type QuietHours } from './quiet-hours';
export { keyCheckKind, missingBackupKind, topicOf, type NoticeTopic } from './topics';
