import type { BackupWarning } from '../backup';
import type { ExportChat } from './export-chat';

/** What should be known of an exported chat that was read. */
export function exportWarnings({
  isDateOrderAssumed,
}: Pick<ExportChat, 'isDateOrderAssumed'>): readonly BackupWarning[] {
  if (!isDateOrderAssumed) return [];
  return [
    {
      code: 'assumed-date-order',
      message:
        'nothing in this chat tells for certain which number of a date is the day and which the month; the likelier order was taken, ' +
        'so dates may be wrong',
    },
  ];
}
