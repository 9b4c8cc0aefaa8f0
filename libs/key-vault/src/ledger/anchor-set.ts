import { AnchorError, type Anchor, type AnchorHead } from './anchor';

/** What reading one anchor gave: its head (undefined where it is empty), or why it could not be read. */
export type AnchorReading = { readonly anchor: Anchor } & (
  { readonly head: AnchorHead | undefined; readonly failure?: undefined } | { readonly failure: string }
);

/** How long an anchor is waited for when it is read, in milliseconds. */
const patienceMs = 5_000;

/**
 * The anchors of a deployment (docs/adr/0009-anchors.md). An event counts as anchored when `quorum` of them have acknowledged it.
 * Whoever asks whether the database was rolled back has to read so many that one of them must know of every anchored event.
 */
export class AnchorSet {
  readonly anchors: readonly Anchor[];
  /** How many must acknowledge; at least 1, at most all. */
  readonly quorum: number;

  /** @throws RangeError where there is no anchor, two have one name, or the quorum is none of their number */
  constructor(anchors: readonly Anchor[], quorum: number = anchors.length) {
    const names = new Set(anchors.map(({ name }) => name));
    if (anchors.length === 0 || names.size !== anchors.length) throw new RangeError('anchors have names of their own');
    if (!Number.isInteger(quorum) || quorum < 1 || quorum > anchors.length) {
      throw new RangeError('a quorum is one to all of the anchors');
    }
    this.anchors = anchors;
    this.quorum = quorum;
  }

  /** How many must be read to know of every anchored event: any so many have one in common with any `quorum`. */
  get readQuorum(): number {
    return this.anchors.length - this.quorum + 1;
  }

  /** Reads all heads anew, side by side. */
  read(): Promise<readonly AnchorReading[]> {
    return Promise.all(
      this.anchors.map(async (anchor): Promise<AnchorReading> => {
        try {
          return { anchor, head: await inTime(anchor.head(), patienceMs, anchor.name) };
        } catch (error) {
          return { anchor, failure: error instanceof Error ? error.message : 'it cannot be read' };
        }
      }),
    );
  }

  /**
   * The checkpoint that `quorum` anchors have reached, given what each has acknowledged.
   *
   * @returns undefined where fewer than that have acknowledged anything
   */
  covered(acknowledged: readonly AnchorHead[]): AnchorHead | undefined {
    return acknowledged.toSorted((left, right) => right.size - left.size)[this.quorum - 1];
  }

  async release(): Promise<void> {
    await Promise.all(this.anchors.map((anchor) => anchor.release()));
  }
}

/** @throws AnchorError `anchor-silent` where the answer is not there in time */
export async function inTime<T>(answer: Promise<T>, milliseconds: number, name: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new AnchorError('anchor-silent', `the anchor ${name} did not answer within ${milliseconds} ms`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
