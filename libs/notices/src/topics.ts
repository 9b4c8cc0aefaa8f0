import type { MutableTopic } from '@coffer/contracts';

/**
 * What notices are about. An account may silence all but security: who has got at its sign-in must not be able to silence what would
 * give them away.
 */
export type NoticeTopic = 'security' | MutableTopic;

/** Kind of the notice that asks an account to prove that its secret is still known. */
export const keyCheckKind = 'key-check-due';

/** Kind of the notice that an account has made no backup for 7 or 30 days. */
export const missingBackupKind = 'backup-missing';

/** What a purge does by itself. Its start, its stop and what somebody released are the account's own acts: security. */
const topicOfKind: Readonly<Record<string, MutableTopic>> = {
  'plaintext-waiting': 'purge',
  'plaintext-reappeared': 'purge',
  'purge-needs-auth': 'purge',
  'purge-failed': 'purge',
  'purge-finished': 'purge',
  [keyCheckKind]: 'reminders',
  [missingBackupKind]: 'reminders',
};

/** The topic of a kind of notice. One that is not known here is security: better told once too often. */
export function topicOf(kind: string): NoticeTopic {
  return topicOfKind[kind] ?? 'security';
}

/** Whether a topic is told at once, whatever the account's quiet hours say. */
export function ignoresQuietHours(topic: NoticeTopic): boolean {
  return topic === 'security';
}
