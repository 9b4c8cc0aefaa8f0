/** What one platform gives at once and another later. */
export type MaybePromise<T> = T | Promise<T>;
