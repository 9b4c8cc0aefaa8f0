import type { Repository } from '@coffer/backup-engine';
import type { ObjectStore } from '@coffer/object-store';

import type { CommandContext } from '../command-context';
import type { StoreEnvironment } from '../config';
import type { HomeDirectory } from '../home/home-directory';

/** What a command knows when it opens or makes a repository. */
export interface StoreRequest {
  /** Value of `--store`. */
  readonly url: string;
  readonly home: HomeDirectory;
  /** `--key`: a file, or `-`. */
  readonly key: string | undefined;
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
  /** Credentials of stores from the environment; a timer has none. */
  readonly environment: StoreEnvironment;
  /** `--repository`: 32 hexadecimal digits. */
  readonly repositoryId: string | undefined;
  /** `--password-file`, for stores whose key a password gives back. */
  readonly passwordFile: string | undefined;
  /** `--limit-up`, `--limit-down`. */
  readonly limiter: ((store: ObjectStore) => ObjectStore) | undefined;
}

/** How repositories of one kind of store are reached. The list in `index.ts` is tried in order. */
export interface StoreOpener {
  /** What the URL starts with, e.g. `file:`. */
  readonly schemes: readonly string[];
  /** Opens the repository that the key opens. @throws CofferError */
  open(context: CommandContext, request: StoreRequest): Promise<Repository>;
}
