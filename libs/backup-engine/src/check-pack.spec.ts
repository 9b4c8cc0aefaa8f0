import { PackBuilder } from '@coffer/backup-format';
import { encodeSegment } from '@coffer/chat-model';
import { hmacSha256 } from '@coffer/crypto/node';
import { sealChunkedSync } from '@coffer/device-crypto/node';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { checkPack } from './check-pack';
import { nodePlatform } from './node/platform';

describe('checkPack', () => {
  it('collects the garbage of the messages in a pack by the way, once for 3 MiB of them', async () => {
    const key = { inputKey: seed('pack key', 32), context: seed('context', 16) };
    const chunkIdKey = seed('chunk id key', 32);
    const builder = new PackBuilder();
    const segments = Array.from({ length: 5 }, (_, number) => {
      const text = 'x'.repeat(1_000_000);
      const raw = encodeSegment([{ id: `${number}`, senderId: 'a', isFromSelf: false, timeMs: 1, kind: 'text', text }]);
      const id = hmacSha256(chunkIdKey, raw);
      return { id, offset: builder.add(id, raw, raw.length, false).offset, messages: 1 };
    });
    const { plaintext, table } = builder.finish();
    const collected: string[] = [];
    const platform = { ...nodePlatform, collectGarbage: (extent: string) => void collected.push(extent) };
    const sealed = sealChunkedSync(key, plaintext);
    const findings = await checkPack(platform, { key, chunkIdKey, sealed, table, segments });
    expect(findings).toMatchObject({ chunks: 5, messages: 5 });
    expect(collected).toEqual(['major']);
  });
});
