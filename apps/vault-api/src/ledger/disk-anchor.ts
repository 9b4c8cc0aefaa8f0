import { mkdir, open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url, toBase64Url, type Clock } from '@coffer/foundation';
import { AnchorError, type Anchor, type AnchoredEntry, type AnchorEntry, type AnchorHead } from '@coffer/key-vault';

/** A new segment begins when one has grown to so many bytes. */
const segmentBytes = 64 * 1024 * 1024;
const segmentForm = /^journal-(\d{16})\.jsonl$/;

interface Line {
  readonly first: number;
  readonly size: number;
  readonly note: string;
  readonly entries: readonly (readonly [entry: string, sealedEvent: string, sealingEpoch: number])[];
}

/**
 * An anchor in a folder: a journal of lines, each with entries and the checkpoint that covers them, appended and synced
 * before it is acknowledged. Put the folder on another disk or host; what shares its fate with the database anchors nothing.
 */
export class DiskAnchor implements Anchor {
  readonly kind = 'disk';
  readonly name: string;
  readonly #folder: string;
  readonly #clock: Clock;
  #segment: { readonly handle: FileHandle; bytes: number } | undefined;
  #heartbeat: FileHandle | undefined;
  /** What this process appended last; another process may have appended since, but only while this one did not. */
  #head: AnchorHead | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.name = `file:${folder}`;
    this.#clock = clock;
  }

  /** @throws AnchorError `anchor-damaged` where a complete line is none of this journal's */
  async head(): Promise<AnchorHead | undefined> {
    for (const name of (await this.#segments()).reverse()) {
      const line = await lastLine(join(this.#folder, name));
      if (line !== undefined) return { size: line.size, note: line.note };
    }
    return undefined;
  }

  /** @throws AnchorError `anchor-ahead` where the journal reaches further than the given head */
  async append(first: number, entries: readonly AnchorEntry[], head: AnchorHead): Promise<void> {
    this.#head ??= await this.head();
    if (this.#head !== undefined && this.#head.size > head.size) {
      throw new AnchorError('anchor-ahead', `the anchor holds ${this.#head.size} events, more than ${head.size}`);
    }
    const line: Line = {
      first,
      size: head.size,
      note: head.note,
      entries: entries.map(({ entry, sealedEvent, sealingEpoch }) => [
        toBase64Url(entry),
        toBase64Url(sealedEvent),
        sealingEpoch,
      ]),
    };
    const segment = await this.#openSegment(first);
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    await segment.handle.appendFile(bytes);
    await segment.handle.datasync();
    segment.bytes += bytes.length;
    this.#head = head;
  }

  async touch(head: AnchorHead): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#heartbeat ??= await open(join(this.#folder, 'heartbeat'), 'w', 0o600);
    const text = JSON.stringify({ atMs: this.#clock.nowMs(), size: head.size }).padEnd(80) + '\n';
    await this.#heartbeat.write(text, 0);
    await this.#heartbeat.datasync();
  }

  /** Every complete line in order; what a process that was killed in between appended once more is passed over. */
  async *entries(first: number): AsyncGenerator<AnchoredEntry, void> {
    let next = first;
    for (const name of await this.#segments()) {
      for (const line of await readLines(join(this.#folder, name))) {
        if (line.first > next) throw damaged();
        for (const [at, [entry, sealedEvent, sealingEpoch]] of line.entries.entries()) {
          if (line.first + at < next) continue;
          yield {
            ...{ leafIndex: next, entry: fromBase64Url(entry), sealedEvent: fromBase64Url(sealedEvent) },
            sealingEpoch,
          };
          next += 1;
        }
      }
    }
  }

  /** Forgets what this process knew, for it has lost the sequencer's lock; closes its files. */
  async release(): Promise<void> {
    this.#head = undefined;
    const [segment, heartbeat] = [this.#segment, this.#heartbeat];
    this.#segment = undefined;
    this.#heartbeat = undefined;
    await segment?.handle.close();
    await heartbeat?.close();
  }

  async #openSegment(first: number): Promise<{ readonly handle: FileHandle; bytes: number }> {
    if (this.#segment !== undefined && this.#segment.bytes < segmentBytes) return this.#segment;
    await this.#segment?.handle.close();
    this.#segment = undefined;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // A process begins its own segment: a line that a killed one left half-written is never continued.
    const handle = await open(join(this.#folder, await this.#newName(first)), 'ax', 0o600);
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    this.#segment = { handle, bytes: 0 };
    return this.#segment;
  }

  async #newName(first: number): Promise<string> {
    const last = (await this.#segments()).at(-1);
    const after = last === undefined ? 0 : Number(segmentForm.exec(last)?.[1]) + 1;
    return `journal-${String(Math.max(first, after)).padStart(16, '0')}.jsonl`;
  }

  async #segments(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => segmentForm.test(name)).sort();
  }
}

/** The last complete line of a segment; read from the end, for a segment may be long. */
async function lastLine(path: string): Promise<Line | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let span = 64 * 1024; ; span *= 4) {
      const length = Math.min(span, size);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const end = buffer.lastIndexOf(10);
      const start = end <= 0 ? -1 : buffer.lastIndexOf(10, end - 1);
      if (end >= 0 && (start >= 0 || length === size)) return parseLine(buffer.toString('utf8', start + 1, end));
      if (length === size) return undefined;
    }
  } finally {
    await file.close();
  }
}

function parseLine(text: string): Line {
  let line: Partial<Line>;
  try {
    line = JSON.parse(text) as Partial<Line>;
  } catch {
    throw damaged();
  }
  const { first, size, note, entries } = line;
  if (typeof first !== 'number' || typeof size !== 'number' || typeof note !== 'string' || !Array.isArray(entries)) {
    throw damaged();
  }
  if (first + entries.length !== size || !entries.every(isEntry)) throw damaged();
  return { first, size, note, entries };
}

function isEntry(entry: unknown): entry is Line['entries'][number] {
  if (!Array.isArray(entry) || entry.length !== 3) return false;
  const [hash, sealed, epoch] = entry as unknown[];
  return /^[\w-]{43}$/.test(String(hash)) && /^[\w-]+$/.test(String(sealed)) && Number.isSafeInteger(epoch);
}

/** The complete lines of one segment. */
async function readLines(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').slice(0, -1).map(parseLine);
}

function damaged(): AnchorError {
  return new AnchorError('anchor-damaged', 'a line of the anchor is damaged or missing');
}
