import { toExtras } from '../json/to-extras';
import { addExtras, type MessageDraft } from '../message-draft';
import type { SqlValue } from '../sql';
import { attachmentRow, readJsonColumn } from './json-column';
import type { MessageParts } from './parts';

/** Previews of links as the newer format calls them. @returns the files without the pictures of the previews */
export function addLinkPreviews(draft: MessageDraft, value: SqlValue | undefined, parts: MessageParts): MessageParts {
  const column = readJsonColumn(value);
  if (column === undefined) return parts;
  if (column.unread !== undefined) addExtras(draft, { linkPreviews: column.unread });
  const pictures = new Set<number>();
  const linkPreviews = column.items.map(({ attachmentId, date, ...rest }) => {
    const row = attachmentRow(attachmentId);
    const picture = parts.files.find((part) => part.row === row);
    if (picture !== undefined) pictures.add(picture.row);
    return {
      ...rest,
      // an empty description says nothing
      description: rest['description'] === '' ? null : rest['description'],
      ...(date === 0 ? {} : { dateMs: date }),
      ...(picture === undefined ? { attachmentId } : { image: picture.media }),
    };
  });
  if (linkPreviews.length > 0) addExtras(draft, { ...toExtras([['linkPreviews', linkPreviews]]) });
  return { ...parts, files: parts.files.filter(({ row }) => !pictures.has(row)) };
}
