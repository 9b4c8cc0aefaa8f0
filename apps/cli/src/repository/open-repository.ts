import type { EngineEvent, Repository } from '@coffer/backup-engine';

import type { CommandContext } from '../command-context';
import { readConfig } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { printable } from '../output/printable';
import { storeOpenerFor } from '../stores';
import { requestOf, type RepositoryOptions } from './repository-options';

/** An open repository and the device's folder that goes with it. */
export interface OpenRepository {
  readonly repository: Repository;
  readonly home: HomeDirectory;
}

/** Opens the repository that the options name. @throws as its opener does */
export async function openRepository(context: CommandContext, options: RepositoryOptions): Promise<OpenRepository> {
  const config = readConfig(options.home);
  const home = new HomeDirectory(config.home);
  const request = { ...requestOf(options, config), home };
  const repository = await storeOpenerFor(options.store).open(context, request);
  return { repository, home };
}

/** Hands the engine's events to the reporter. */
export function reportEvents({ reporter }: CommandContext): (event: EngineEvent) => void {
  return (event) => {
    if (event.type === 'warning') {
      reporter.warn(event.code, `${printable(event.path)} ${event.message}`);
      return;
    }
    const { stage: phase, bytesDone: doneBytes, bytesTotal, filesDone, filesTotal } = event;
    const { storedBytes, bytesPerSecond, secondsLeft } = event;
    reporter.progress({
      phase,
      doneBytes,
      totalBytes: Math.max(doneBytes, bytesTotal),
      doneItems: filesDone,
      totalItems: filesTotal,
      ...{ storedBytes, bytesPerSecond, secondsLeft },
    });
  };
}
