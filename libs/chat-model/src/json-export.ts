import { jsonDocumentHead } from './json-import';
import type { ChatCounts, ChatSource } from './source';

/** How much of the document is put together before it is handed on, in UTF-16 units. */
const pieceLength = 256 * 1024;

/**
 * A source as one JSON document, in pieces: `{"coffer": {"kind": "chats", "version": 1}, "format": …, "conversations":
 * [{…conversation, "messages": [message, …]}, …]}` with the properties of `Conversation` and `Message`. One message stands
 * on each line, so that line tools are of use too.
 *
 * @returns how much was written
 */
export function* jsonDocument(source: ChatSource): Generator<string, ChatCounts, undefined> {
  let piece = `{"coffer":${JSON.stringify(jsonDocumentHead)},"format":${JSON.stringify(source.format)},"conversations":[`;
  let chats = 0;
  let messages = 0;
  for (const entry of source.conversations()) {
    // the conversation's own object stays open for one more property
    piece += `${chats++ === 0 ? '' : ','}\n${JSON.stringify(entry.conversation).slice(0, -1)},"messages":[`;
    let separator = '\n';
    for (const message of entry.messages()) {
      piece += separator + JSON.stringify(message);
      separator = ',\n';
      messages++;
      if (piece.length >= pieceLength) {
        yield piece;
        piece = '';
      }
    }
    piece += ']}';
  }
  yield `${piece}\n]}\n`;
  return { chats, messages };
}
