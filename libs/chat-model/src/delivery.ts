import type { Message } from './message';

/** How far a message that the owner sent came, from the least on; `played` is what some apps say of sound and of view-once media. */
export const deliveryStates = ['failed', 'pending', 'sent', 'delivered', 'read', 'played'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What readers put into `extras.delivery`: the least that a recipient's state is, where the source says one. */
export function deliveryOf({ extras }: Message): DeliveryState | undefined {
  const state = extras?.['delivery'];
  return deliveryStates.find((known) => known === state);
}

/** What readers put into `extras.receivedMs`: when the owner's device got the message; milliseconds since 1970-01-01T00:00:00Z. */
export function receivedMsOf({ extras }: Message): number | undefined {
  const receivedMs = extras?.['receivedMs'];
  // beyond this there is no date
  return typeof receivedMs === 'number' && Math.abs(receivedMs) <= 8.64e15 ? receivedMs : undefined;
}
