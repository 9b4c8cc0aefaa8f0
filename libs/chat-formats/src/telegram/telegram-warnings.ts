import type { BackupWarning } from '../backup';
import type { TelegramSource } from './telegram-source';

/** How many names of unknown fields are said. */
const mostNames = 20;

/** What of an export is not shown, and what of its messages is not understood. */
export function telegramWarnings({ leftOut, unknownFields }: TelegramSource): readonly BackupWarning[] {
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .slice(0, mostNames)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const warnings: BackupWarning[] = [];
  if (leftOut.size > 0) {
    const message = `beside conversations this export holds other things, which are not shown here: ${list(leftOut)}`;
    warnings.push({ code: 'left-out', message });
  }
  if (unknownFields.size > 0) {
    const message = `messages have fields that this version does not know; they are kept with them as they are: ${list(unknownFields)}`;
    warnings.push({ code: 'unknown-fields', message });
  }
  return warnings;
}
