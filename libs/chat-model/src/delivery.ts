/** How far a message that the owner sent came, from the least on; `played` is what some apps say of sound and of view-once media. */
export const deliveryStates = ['failed', 'pending', 'sent', 'delivered', 'read', 'played'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What one recipient's device told of a message. Instants are milliseconds since 1970-01-01T00:00:00Z. */
export interface Receipt {
  /** Participant id; absent where the source does not say who it was. */
  readonly id?: string;
  readonly receivedMs?: number;
  readonly readMs?: number;
  readonly playedMs?: number;
  /** The source's own number of a state that is none of these. */
  readonly status?: number;
}

/** When a message came and how far. Instants are milliseconds since 1970-01-01T00:00:00Z. */
export interface Arrival {
  /** When the owner's device got the message. */
  readonly receivedMs?: number;
  /** When the service had a message of the owner's. */
  readonly serverReceivedMs?: number;
  /** Of a message that the owner sent: the least that a recipient's state is. */
  readonly delivery?: DeliveryState;
  readonly receipts?: readonly Receipt[];
}
