/** Light, dark, or whatever the system prefers. */
export const themes = ['system', 'light', 'dark'] as const;

/** @see themes */
export type Theme = (typeof themes)[number];

/** Where the choice is kept. */
export const themeCookieName = 'coffer-dashboard-theme';

/** A theme from outside; `system` where it is none. */
export function toTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}
