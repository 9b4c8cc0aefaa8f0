import { sealChunkedSync } from '@coffer/device-crypto/node';

import type { SealingState } from './sealing-state';

// Goes on from the state that its parent sends, and answers with the header of each message that it sealed.
process.once('message', (state: SealingState) => {
  const { messages, ...key } = state;
  const headers = Array.from({ length: messages }, () => sealChunkedSync(key, new Uint8Array()).slice(0, 56));
  process.send?.(headers, () => process.disconnect());
});
process.send?.('ready');
