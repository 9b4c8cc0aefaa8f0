import type { Message } from './message';

/** What a reader said in words of an event that the source only numbers: `extras.event`. */
export function eventWords({ extras }: Message): string | undefined {
  return typeof extras?.event === 'string' ? extras.event : undefined;
}
