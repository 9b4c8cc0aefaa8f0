/** See totals.mjs. */
export function sumReports(
  folder: string,
  projects: readonly string[],
): { readonly passed: number; readonly failed: number; readonly skipped: number; readonly problems: readonly string[] };
