import { deliveryStates, type DeliveryState } from '@coffer/chat-model';
import type { SendStatus } from './schema/chat-item';

/** The state of the recipient that a message reached least; those that it was not sent to, and unknown states, left out. */
export function leastDelivery(recipients: readonly SendStatus[]): DeliveryState | undefined {
  let least: number | undefined;
  for (const recipient of recipients) {
    const state = stateOf(recipient);
    if (state === undefined) continue;
    const rank = deliveryStates.indexOf(state);
    if (least === undefined || rank < least) least = rank;
  }
  return least === undefined ? undefined : deliveryStates[least];
}

function stateOf({ pending, sent, delivered, read, viewed, failed }: SendStatus): DeliveryState | undefined {
  if (failed !== undefined) return 'failed';
  if (viewed !== undefined) return 'played';
  if (read !== undefined) return 'read';
  if (delivered !== undefined) return 'delivered';
  if (sent !== undefined) return 'sent';
  return pending === undefined ? undefined : 'pending';
}
