import { durabilityProblems, pendingMigrations, type Database } from '@coffer/database';
import { deploymentOf, deploymentProblem } from '../../deployment';
import { clockProblem, seeVitals } from '../../health/vital-problems';
import type { AppConfig } from '../../config';
import { requireVaultState } from '../with-database';
import { bad, doubtful, examine, good, type Finding } from './finding';

const safe = 'vault-api does not start, or is not ready; no guess is counted and nothing is lost.';

/** What stands between vault-api and its start, without the keys. */
export async function examineStart(config: AppConfig, database: Database): Promise<readonly Finding[]> {
  const state = await requireVaultState(database);
  return [
    ...(await examine('durability', { safe, next: 'Give it the primary server.' }, async () => {
      const problems = await durabilityProblems(database);
      if (problems.length === 0) return [good('durability', 'The database keeps what it acknowledges.')];
      return [
        bad('durability', `The database could lose what it acknowledges: ${problems.join('; ')}.`, {
          safe,
          next: 'Set what is named, reload PostgreSQL, and start vault-api.',
        }),
      ];
    })),
    ...(await examine('schema', { safe, next: 'Start this version of vault-api once.' }, async () => {
      const pending = await pendingMigrations(database);
      if (pending.length === 0) return [good('schema', 'The schema is that of this version.')];
      return [
        bad('schema', `The database is of an older version: ${pending.join(', ')} is missing.`, {
          safe: 'Nothing is lost; a database that was put back may be older than the program.',
          next: 'Start this version of vault-api once: it brings the schema up to date, and seals the vault if it has to.',
        }),
      ];
    })),
    ...(await examine('clock', { safe, next: 'Set both clocks by NTP.' }, async () => {
      const problem = clockProblem(await seeVitals(database));
      if (problem === undefined) return [good('clock', 'This machine and the database have the same time.')];
      return [
        bad('clock', `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`, { safe, next: 'Set both by NTP.' }),
      ];
    })),
    ...(await examine('deployment', { safe, next: 'Put the right file back.' }, async () => {
      const problem = await deploymentProblem(config.deploymentFile, deploymentOf(config, state));
      if (problem === undefined)
        return [good('deployment', 'deployment.json, where it is here, names this vault’s keys.')];
      return [
        doubtful('deployment', problem, {
          safe: 'Devices that pinned other keys stop and send no password.',
          next: 'Find out which database and which deployment.json belong together before vault-api is started.',
        }),
      ];
    })),
  ];
}
