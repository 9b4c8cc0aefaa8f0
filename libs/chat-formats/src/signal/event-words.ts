/** What Signal's events are called in a sentence, where their own name (`system.action`) does not say it well enough. */
const words: ReadonlyMap<string, string> = new Map([
  ['joined-signal', 'is on Signal'],
  ['identity-changed', 'safety number changed'],
  ['identity-verified', 'safety number marked as verified'],
  ['identity-default', 'safety number no longer marked as verified'],
  ['number-changed', 'phone number changed'],
  ['donation-request', 'request for a donation'],
  ['session-ended', 'secure session reset'],
  ['session-refreshed', 'secure session refreshed'],
  ['session-switchover', 'now known by the phone number'],
  ['message-not-decrypted', 'a message could not be decrypted'],
  ['unsupported-protocol-message', 'a message for a newer version of the app'],
  ['invalid-message', 'a message that could not be read'],
  ['reported-spam', 'reported as spam'],
  ['blocked', 'blocked'],
  ['unblocked', 'no longer blocked'],
  ['message-request-accepted', 'request to write accepted'],
  ['expiration-timer', 'timer of disappearing messages changed'],
  ['group-expiration-timer', 'timer of disappearing messages changed'],
  ['profile-name', 'profile name changed'],
  ['profile-learned', 'profile became known'],
  ['thread-merged', 'two chats with the same person were joined'],
  ['sms-exported', 'text messages were exported'],
  ['group-name', 'group name changed'],
  ['group-avatar', 'group picture changed'],
  ['group-description', 'group description changed'],
  ['group-membership-access', 'who may add members changed'],
  ['group-attributes-access', 'who may edit the group changed'],
  ['group-member-label-access', 'who may set labels changed'],
  ['group-announcements-only', 'who may send messages changed'],
  ['group-admin', 'rights of an admin changed'],
  ['group-member-left', 'left the group'],
  ['group-member-removed', 'removed from the group'],
  ['group-self-invited', 'you were invited to the group'],
  ['group-self-invited-other', 'you invited somebody to the group'],
  ['group-unknown-invited', 'people were invited to the group'],
  ['group-invitation-accepted', 'invitation to the group accepted'],
  ['group-invitation-declined', 'invitation to the group declined'],
  ['group-member-joined', 'joined the group'],
  ['group-member-added', 'added to the group'],
  ['group-self-invitation-revoked', 'your invitation to the group was withdrawn'],
  ['group-invitations-revoked', 'invitations to the group were withdrawn'],
  ['group-join-request', 'asked to join the group'],
  ['group-join-request-answered', 'request to join the group answered'],
  ['group-join-request-cancelled', 'request to join the group withdrawn'],
  ['group-requests-and-cancels', 'asked to join the group and withdrew it, several times'],
  ['group-link-reset', 'group link replaced'],
  ['group-link-enabled', 'group link turned on'],
  ['group-link-approval', 'approval for the group link changed'],
  ['group-link-disabled', 'group link turned off'],
  ['group-member-joined-by-link', 'joined by the group link'],
  ['group-migrated', 'the group became a new group'],
  ['group-migrated-self-invited', 'you were invited to the new group'],
  ['group-migrated-members-invited', 'members were invited to the new group'],
  ['group-migrated-members-dropped', 'members could not be taken over to the new group'],
  ['group-terminated', 'the group was ended'],
]);

/**
 * An event of Signal in English words, for its line in a conversation.
 *
 * @param action - as in `system.action`
 * @returns absent where it has no name
 */
export function signalEventWords(action: string): string | undefined {
  return action === 'unknown' ? undefined : (words.get(action) ?? action.replaceAll('-', ' '));
}
