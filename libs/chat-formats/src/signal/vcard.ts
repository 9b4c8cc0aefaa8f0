import type { SharedContact } from './schema/chat-item';

/** A shared contact as a vCard (RFC 2426): names, organization, numbers, addresses; never its picture. */
export function vCardOf({ name = {}, organization, numbers = [], emails = [], addresses = [] }: SharedContact): string {
  const { given, middle, family, prefix, suffix, nickname } = name;
  const shown = [prefix, given, middle, family, suffix].filter(isSaid).join(' ');
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${[family, given, middle, prefix, suffix].map(escaped).join(';')}`,
    `FN:${escaped(isSaid(shown) ? shown : (nickname ?? organization))}`,
    ...(isSaid(nickname) ? [`NICKNAME:${escaped(nickname)}`] : []),
    ...(isSaid(organization) ? [`ORG:${escaped(organization)}`] : []),
    ...numbers.map((entry) => `TEL${parameter(entry)}:${escaped(entry.value)}`),
    ...emails.map((entry) => `EMAIL${parameter(entry)}:${escaped(entry.value)}`),
    ...addresses.map((entry) => {
      const { postBox, neighborhood, street, city, region, postcode, country } = entry;
      const parts = [postBox, neighborhood, street, city, region, postcode, country];
      return `ADR${parameter(entry)}:${parts.map(escaped).join(';')}`;
    }),
    'END:VCARD',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

const isSaid = (text: string | undefined): text is string => text !== undefined && text !== '';

/** RFC 2426, section 2.4.2. */
const escaped = (text = ''): string => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n');

/** The type, and a person's own label for it: quoted, without what would end the quotes. */
function parameter({ type, label }: { readonly type?: string; readonly label?: string }): string {
  const word = isSaid(type) ? `;TYPE=${types[type] ?? type.toUpperCase()}` : '';
  return isSaid(label) ? `${word};X-LABEL="${label.replaceAll(/["\p{Cc}]/gu, '')}"` : word;
}

/** What RFC 2426 calls it; the others are their own names in upper case. */
const types: Readonly<Record<string, string>> = { mobile: 'CELL' };
