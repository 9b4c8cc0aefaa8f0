import { parseArgs } from 'node:util';
import { join, resolve } from 'node:path';

/** What a person asked of `npm start`. */
export interface StartOptions {
  readonly once: boolean;
  readonly help: boolean;
  /** Take any free ports instead of 4300 and following. */
  readonly freePorts: boolean;
  /** Set the sample account up and make its first encrypted backup before saying that all is ready. */
  readonly withBackup: boolean;
  /** A file that receives the URLs as JSON once everything answers. */
  readonly readyFile: string | undefined;
  /** State of this deployment; everything the launcher makes lies below it. */
  readonly home: string;
}

export const helpText = `npm start [-- OPTIONS]

Runs the whole of Coffer on this machine: PostgreSQL, the vault API, the migration worker, the restore portal, the dashboard
and a demo identity provider, all on loopback, with a sample account whose plaintext backup lies in a local cloud folder.

  --once             walk the whole journey by itself, print each step with its figures, and stop: exit 0 only if the restored
                     history equals the original and no plaintext copy is left
  --with-backup      set the sample account up first: keyslots and one encrypted backup, its password in a file
  --free-ports       take any free ports (always so with --once)
  --ready-file FILE  write the URLs there as JSON once everything answers
  --built            start what is built, and do not look for what is stale
  --help             this text

COFFER_HOME (default .coffer) holds all state; COFFER_PORTAL_PORT, COFFER_API_PORT, COFFER_DASHBOARD_PORT,
COFFER_IDENTITY_PORT, COFFER_POSTGRES_PORT, COFFER_API_METRICS_PORT and COFFER_WORKER_METRICS_PORT choose other ports.
`;

/** @throws TypeError on an option that does not exist, with the option's name in the message */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      'with-backup': { type: 'boolean', default: false },
      'free-ports': { type: 'boolean', default: false },
      'ready-file': { type: 'string' },
      // Read before this program is started: by then it is built or not.
      built: { type: 'boolean', default: false },
    },
  });
  const base = resolve(env['COFFER_HOME'] ?? '.coffer');
  return {
    once: values.once,
    help: values.help,
    withBackup: values['with-backup'],
    freePorts: values['free-ports'] || values.once,
    readyFile: values['ready-file'],
    // The journey needs an account that has never been set up: a place of its own, never the person's running platform.
    home: values.once ? join(base, 'journey') : base,
  };
}
