/** See split-report.mjs. */
export function splitReport(folder: string, name: string, projects: ReadonlyMap<string, string>): void;
