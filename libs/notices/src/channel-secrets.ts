import { utf8 } from '@coffer/foundation';
import type { KeySealer, Sealed, SealingContext } from '@coffer/key-vault';
import { decodeTarget, encodeTarget, type ChannelTarget } from './channel-target';

/** Digits of the code that confirms an address. */
export const codeDigits = 8;

/** A channel of an account, which its sealed target and its code are bound to. */
export interface ChannelName {
  readonly accountId: string;
  readonly channelId: string;
}

/**
 * What the vault keeps of a channel that nobody else shall read: addresses and subscriptions lie sealed, bound to their row. The code
 * that confirms an address lies nowhere: it is a mac, which who may send it and who checks it compute anew.
 */
export class ChannelSecrets {
  readonly #sealer: KeySealer;

  constructor(sealer: KeySealer) {
    this.#sealer = sealer;
  }

  async seal(name: ChannelName, target: ChannelTarget): Promise<Sealed> {
    return this.#sealer.seal(encodeTarget(target), channelContext(name));
  }

  /** @throws SealerError where the row was moved or edited, or its epoch key is not at hand */
  async open(name: ChannelName, sealed: Sealed): Promise<ChannelTarget> {
    return decodeTarget(await this.#sealer.open(sealed, channelContext(name)));
  }

  /** Eight decimal digits, the same whenever they are asked for. */
  async code(name: ChannelName): Promise<string> {
    const mac = await this.#sealer.mac(utf8('confirm this address'), contextOf(name, 2));
    const number = new DataView(mac.buffer, mac.byteOffset).getBigUint64(0) % 10n ** BigInt(codeDigits);
    return number.toString().padStart(codeDigits, '0');
  }
}

/** What an address or a subscription is bound to. */
export function channelContext(name: ChannelName): SealingContext {
  return contextOf(name, 1);
}

function contextOf({ accountId, channelId }: ChannelName, stateVersion: number): SealingContext {
  return { account: accountId, serial: 0, table: 'notice_channels', stateVersion, facts: { channelId } };
}
