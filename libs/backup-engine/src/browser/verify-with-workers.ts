import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import type { VerifyReport } from '../verify';
import { runVerify, type WorkerVerifyOptions } from '../workers/run-verify';
import { defaultWorkers } from './web-worker';

/** As `verifySnapshot`, on web workers. */
export function verifyWithWorkers(
  repository: Repository,
  snapshot: OpenedSnapshot,
  { workers = defaultWorkers(), ...options }: WorkerVerifyOptions,
): Promise<VerifyReport> {
  return runVerify(repository, snapshot, { ...options, workers });
}
