const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size for people in powers of 1000, as disks and phones show it: `17.8 MB`. At most three digits that matter. */
export function formatBytes(bytes: number, locale: string): string {
  let value = Math.max(0, bytes);
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step++;
  }
  const maximumFractionDigits = step === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits,
  }).format(value);
}
