import { jsonDocumentHead } from './json-import';
import type { ChatCounts, ChatSource, ConversationSource } from './source';

/**
 * How much of the document is put together before it is handed on, in UTF-16 units. A longer piece is more than V8 keeps among its
 * young strings, and gets memory of its own that is given back at once: twice the processor time of the whole document.
 */
const pieceLength = 16 * 1024;

/**
 * A source as one JSON document, in pieces: `{"coffer": {"kind": "chats", "version": 1}, "format": …, "conversations":
 * [{…conversation, "messages": [message, …]}, …]}` with the properties of `Conversation` and `Message`. One message stands
 * on each line, so that line tools are of use too.
 *
 * @returns how much was written
 */
export function* jsonDocument(source: ChatSource): Generator<string, ChatCounts, undefined> {
  const pieces = new DocumentPieces(source.format);
  for (const entry of source.conversations()) yield* pieces.of(entry);
  yield pieces.end();
  return pieces.counts;
}

/** As `jsonDocument`, of conversations that have to be waited for. The messages of each are read before the next one is asked for. */
export async function* jsonDocumentOf(
  format: string,
  conversations: AsyncIterable<ConversationSource>,
): AsyncGenerator<string, ChatCounts, undefined> {
  const pieces = new DocumentPieces(format);
  for await (const entry of conversations) yield* pieces.of(entry);
  yield pieces.end();
  return pieces.counts;
}

class DocumentPieces {
  #piece: string;
  #chats = 0;
  #messages = 0;

  constructor(format: string) {
    this.#piece = `{"coffer":${JSON.stringify(jsonDocumentHead)},"format":${JSON.stringify(format)},"conversations":[`;
  }

  get counts(): ChatCounts {
    return { chats: this.#chats, messages: this.#messages };
  }

  *of({ conversation, messages }: ConversationSource): Generator<string, void, undefined> {
    // the conversation's own object stays open for one more property
    this.#piece += `${this.#chats++ === 0 ? '' : ','}\n${JSON.stringify(conversation).slice(0, -1)},"messages":[`;
    let separator = '\n';
    for (const message of messages()) {
      this.#piece += separator + JSON.stringify(message);
      separator = ',\n';
      this.#messages++;
      if (this.#piece.length >= pieceLength) {
        yield this.#piece;
        this.#piece = '';
      }
    }
    this.#piece += ']}';
  }

  end(): string {
    return `${this.#piece}\n]}\n`;
  }
}
