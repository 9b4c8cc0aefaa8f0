import type { ConversationKind, Extras, Participant } from '@coffer/chat-model';
import { sha256 } from '@coffer/crypto';
import { fromHex, toHex } from '@coffer/foundation';
import type { CallLink, DistributionList, Recipient, SignalContact, SignalGroup } from './schema/recipient';

/** The id of the backup's owner wherever Signal names them as a recipient. */
export const selfId = 'self';

/** Somebody or something that a conversation can be with, and that can write messages. */
export interface Place {
  /** The same in every backup of the account: an ACI, a PNI, a phone number, or a hash of a group's secret. */
  readonly id: string;
  readonly name?: string;
  readonly kind: ConversationKind;
  /** ACIs of a group's members. */
  readonly members: readonly string[];
  readonly extras: Extras;
}

/** What a recipient record names. @param number - its own number, for one that names nothing else */
export function placeOf(
  { contact, group, distributionList, self, releaseNotes, callLink }: Recipient,
  number: string,
): Place {
  if (contact !== undefined) return contactPlace(contact, number);
  if (group !== undefined) return groupPlace(group, number);
  if (distributionList !== undefined) return listPlace(distributionList, number);
  if (self !== undefined) return { id: selfId, name: 'Note to Self', kind: 'direct', members: [], extras: {} };
  if (releaseNotes !== undefined) {
    return { id: 'release-notes', name: 'Signal Release Notes', kind: 'channel', members: [], extras: {} };
  }
  if (callLink !== undefined) return callLinkPlace(callLink, number);
  return { id: `recipient:${number}`, kind: 'unknown', members: [], extras: {} };
}

function contactPlace(contact: SignalContact, number: string): Place {
  const { aci, pni, e164, username, note } = contact;
  const phone = e164 === undefined ? undefined : `+${e164}`;
  const id = aci ?? (pni === undefined ? undefined : `PNI:${pni}`) ?? phone ?? `recipient:${number}`;
  const name =
    fullName(contact.nickname?.given, contact.nickname?.family) ??
    contact.systemNickname ??
    fullName(contact.systemGivenName, contact.systemFamilyName) ??
    fullName(contact.profileGivenName, contact.profileFamilyName) ??
    username ??
    phone;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    kind: 'direct',
    members: [],
    extras: {
      ...(phone === undefined ? {} : { phone }),
      ...(pni === undefined ? {} : { pni }),
      ...(username === undefined ? {} : { username }),
      ...(note === undefined ? {} : { note }),
    },
  };
}

/** A group is known by its master key, which opens it: only a hash of it becomes an id. */
function groupPlace({ masterKeyHex, snapshot }: SignalGroup, number: string): Place {
  const name = snapshot?.title?.title;
  const description = snapshot?.description?.description;
  return {
    id: masterKeyHex === undefined ? `group:${number}` : `group:${hashedId(masterKeyHex)}`,
    ...(name === undefined || name === '' ? {} : { name }),
    kind: 'group',
    members: (snapshot?.members ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])),
    extras: description === undefined ? {} : { description },
  };
}

function listPlace({ id, list }: DistributionList, number: string): Place {
  return {
    id: `list:${id ?? number}`,
    ...(list?.name === undefined ? {} : { name: list.name }),
    kind: 'broadcast',
    members: list?.members ?? [],
    extras: {},
  };
}

function callLinkPlace({ rootKeyHex, name }: CallLink, number: string): Place {
  return {
    id: rootKeyHex === undefined ? `call-link:${number}` : `call-link:${hashedId(rootKeyHex)}`,
    ...(name === undefined ? {} : { name }),
    kind: 'group',
    members: [],
    extras: {},
  };
}

const hashedId = (secretHex: string): string => toHex(sha256(fromHex(secretHex))).slice(0, 32);

function fullName(given = '', family = ''): string | undefined {
  const name = `${given} ${family}`.trim();
  return name === '' ? undefined : name;
}

/** Places as participants, with a name where there is one. */
export function participantOf(id: string, places: ReadonlyMap<string, Place>): Participant {
  const name = places.get(id)?.name;
  return name === undefined ? { id } : { id, name };
}
