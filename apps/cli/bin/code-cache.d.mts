/** See code-cache.mjs. */
export function keepCompiledCode(args: readonly string[], env: NodeJS.ProcessEnv): void;
