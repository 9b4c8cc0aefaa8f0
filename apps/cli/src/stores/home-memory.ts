import type { DeviceMemory, SeenState } from '@coffer/backup-engine';
import { fromHex, fromUtf8 } from '@coffer/foundation';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';

/** What this device has seen of each repository, in its folder: so that no store can show it an older state. */
export class HomeMemory implements DeviceMemory {
  readonly #home: HomeDirectory;

  constructor(home: HomeDirectory) {
    this.#home = home;
  }

  /** @throws HomeError `damaged` where the file cannot be read: it is never taken for "nothing seen" */
  async recall(repositoryIdHex: string): Promise<SeenState | undefined> {
    const file = this.#home.seenFile(fromHex(repositoryIdHex));
    const bytes = await this.#home.read(file);
    if (bytes === undefined) return undefined;
    const state = parse(bytes);
    if (state !== undefined) return state;
    throw new HomeError(
      'damaged',
      `"${file}" no longer says which backup this device saw last. Check with "coffer snapshots" on another device that the ` +
        'store is current, then remove the file.',
    );
  }

  async remember(repositoryIdHex: string, state: SeenState): Promise<void> {
    await this.#home.write(this.#home.seenFile(fromHex(repositoryIdHex)), `${JSON.stringify(state)}\n`);
  }
}

function parse(bytes: Uint8Array): SeenState | undefined {
  try {
    const value = JSON.parse(fromUtf8(bytes)) as Partial<Record<keyof SeenState, unknown>>;
    const { generation, headHashHex, keyringVersion, epoch, atMs } = value;
    const numbers = [generation, keyringVersion, epoch, atMs];
    if (!numbers.every((number) => Number.isSafeInteger(number)) || typeof headHashHex !== 'string') return undefined;
    return value as SeenState;
  } catch {
    return undefined;
  }
}
