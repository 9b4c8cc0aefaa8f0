import { chatLimits } from '@coffer/chat-model';
import { isJsonObject, type JsonObject } from '../json/parse-json';
import { toExtras } from '../json/to-extras';
import { addExtras, type MessageDraft } from '../message-draft';
import type { SharedContact } from '../signal/schema/chat-item';
import { vCardOf } from '../signal/vcard';
import type { SqlValue } from '../sql';
import { attachmentRow, readJsonColumn } from './json-column';
import type { MessageParts } from './parts';

/** Contacts that were sent, as vCards. @returns the files without the pictures of the contacts */
export function addSharedContacts(draft: MessageDraft, value: SqlValue | undefined, parts: MessageParts): MessageParts {
  const column = readJsonColumn(value);
  if (column === undefined) return parts;
  if (column.unread !== undefined) addExtras(draft, { sharedContacts: column.unread });
  const contacts = column.items.slice(0, chatLimits.contacts);
  if (contacts.length === 0) return parts;
  if (draft.kind === 'text') draft.kind = 'contact';
  draft.contacts = contacts.map((contact) => vCardOf(contactOf(contact)).slice(0, chatLimits.contactLength));
  const pictures = new Set<number>();
  const avatars = contacts.flatMap(({ avatar }, contact) => {
    if (!isJsonObject(avatar)) return [];
    const { attachmentId, ...rest } = avatar;
    const row = attachmentRow(attachmentId);
    const picture = parts.files.find((part) => part.row === row);
    if (picture !== undefined) pictures.add(picture.row);
    return [{ contact, ...rest, ...(picture === undefined ? { attachmentId } : picture.media) }];
  });
  if (avatars.length > 0) addExtras(draft, { ...toExtras([['contactAvatars', avatars]]) });
  return { ...parts, files: parts.files.filter(({ row }) => !pictures.has(row)) };
}

/** The app's own names of the fields as those of the newer format. */
function contactOf({ name, organization, phoneNumbers, emails, postalAddresses }: JsonObject): SharedContact {
  const names = isJsonObject(name) ? name : {};
  return withoutNothing({
    name: withoutNothing({
      given: textOf(names['givenName']),
      middle: textOf(names['middleName']),
      family: textOf(names['familyName']),
      prefix: textOf(names['prefix']),
      suffix: textOf(names['suffix']),
      nickname: textOf(names['nickname']),
    }),
    organization: textOf(organization),
    numbers: objects(phoneNumbers).map((entry) => labelled(entry, 'number')),
    emails: objects(emails).map((entry) => labelled(entry, 'email')),
    addresses: objects(postalAddresses).map((entry) =>
      withoutNothing({
        ...labelled(entry, ''),
        street: textOf(entry['street']),
        postBox: textOf(entry['poBox']),
        neighborhood: textOf(entry['neighborhood']),
        city: textOf(entry['city']),
        region: textOf(entry['region']),
        postcode: textOf(entry['postalCode']),
        country: textOf(entry['country']),
      }),
    ),
  });
}

function labelled(entry: JsonObject, value: string): { value?: string; type?: string; label?: string } {
  return withoutNothing({
    value: textOf(entry[value]),
    type: textOf(entry['type'])?.toLowerCase(),
    label: textOf(entry['label']),
  });
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;

const objects = (list: unknown): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isJsonObject) : []);

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const withoutNothing = <T extends object>(value: T): Present<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Present<T>;
