import { nextNonsense, type Nonsense } from './nonsense';

/** Tries before the free names are gone through one by one. */
const mostTries = 16;

/** Nonsense for names that must stay apart: the same for the same name, and never one for two. */
export class StableNames {
  readonly #nonsense: Nonsense;
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(nonsense: Nonsense) {
    this.#nonsense = nonsense;
  }

  of(name: string): string {
    const known = this.#given.get(name);
    if (known !== undefined) return known;
    let made = this.#nonsense.of(name);
    for (let variant = 1; this.#taken.has(made) && variant < mostTries; variant++) {
      made = this.#nonsense.of(name, variant);
    }
    // there is a free one: of each shape there are as many as there can be names of it
    while (this.#taken.has(made)) made = nextNonsense(made);
    this.#given.set(name, made);
    this.#taken.add(made);
    return made;
  }
}
