/** Every queue of this project. vault-api sends to them and shows their figures; migration-worker works on them. */
export const queueNames = {
  /** One job per account: look after its plaintext backups. */
  purge: 'purge',
  /** One job: count what lies in the object store. */
  storageCount: 'storage-count',
} as const;

/** All of them, to be opened. */
export const allQueues: readonly string[] = Object.values(queueNames);

/** Key of a job that is about no account. */
export const wholeDeployment = 'deployment';
