import { foldText, searchableText, type Message, type SearchQuery } from '@coffer/chat-model';

/** A table of texts by the three characters that follow one another in them, in memory. The platform halves make it of FTS5. */
export interface TrigramTable {
  /** @param row - larger than that of every text before */
  add(row: number, text: string): void;
  /** Rows of texts that have all of these runs of three characters somewhere. */
  rowsWith(trigrams: readonly string[]): Iterable<number>;
  close(): void;
}

/** Where a message is: by the numbers of its conversation and of itself in it, from 0 on. */
export interface MessagePlace {
  readonly conversation: number;
  readonly index: number;
}

/**
 * Which messages can have the words of a query. It holds no text that could be read back, and is in memory alone. Words of any script
 * are found, whether or not it has blanks, for it knows runs of three characters and no words; a query of shorter words alone looks at
 * every message.
 */
export class MessageIndex {
  readonly #table: TrigramTable;
  /** The first row of each conversation. */
  readonly #starts: number[] = [];
  #times = new Float64Array(1024);
  #length = 0;

  /** @param table - empty; closed with this */
  constructor(table: TrigramTable) {
    this.#table = table;
  }

  /** How many messages are in it. */
  get length(): number {
    return this.#length;
  }

  /** Begins the next conversation: messages that are added belong to it, from its oldest on. */
  beginConversation(): void {
    this.#starts.push(this.#length);
  }

  add(message: Message): void {
    if (this.#length === this.#times.length) {
      const times = new Float64Array(2 * this.#length);
      times.set(this.#times);
      this.#times = times;
    }
    this.#times[this.#length] = message.timeMs ?? timeOf(message.localTime);
    const text = foldText(searchableText(message));
    if (text !== '') this.#table.add(this.#length, text);
    this.#length++;
  }

  /** Messages that can match, the newest first; of a few it turns out that they do not, see `matchesQuery`. */
  candidates({ words }: SearchQuery): readonly MessagePlace[] {
    if (words.length === 0) return [];
    const trigrams = new Set(words.flatMap(trigramsOf));
    const rows = trigrams.size === 0 ? this.#allRows() : Float64Array.from(this.#table.rowsWith([...trigrams]));
    rows.sort((left, right) => this.#times[right]! - this.#times[left]! || right - left);
    return Array.from(rows, (row) => this.#placeOf(row));
  }

  close(): void {
    this.#table.close();
    this.#starts.length = 0;
    this.#times = new Float64Array();
    this.#length = 0;
  }

  #allRows(): Float64Array {
    return Float64Array.from({ length: this.#length }, (_, row) => row);
  }

  /** By halves: the last conversation that begins at the row or before it. */
  #placeOf(row: number): MessagePlace {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return { conversation: low, index: row - this.#starts[low]! };
  }
}

/** Local times are compared as if they were all of one zone. */
function timeOf(localTime: string | undefined): number {
  const timeMs = localTime === undefined ? Number.NaN : Date.parse(`${localTime}Z`);
  return Number.isNaN(timeMs) ? -Infinity : timeMs;
}

/** As FTS5's tokenizer cuts them: by characters, not by UTF-16 units. */
function trigramsOf(word: string): readonly string[] {
  const characters = Array.from(word);
  return characters.slice(2).map((last, index) => `${characters[index]}${characters[index + 1]}${last}`);
}
