import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fakeClock } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { StateStore } from './state-store';

let folder: string;
const opened: StateStore[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-state-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.flush();
  await rm(folder, { recursive: true });
});

async function open(clock = fakeClock()) {
  const store = await StateStore.open(folder, clock);
  opened.push(store);
  return { store, clock, adapterOf: store.adapterOf };
}

describe('StateStore', () => {
  it('finds by id, user code and uid within one kind only', async () => {
    const { adapterOf } = await open();
    await adapterOf('DeviceCode').upsert('a', { userCode: 'X', uid: 'U' }, 60);
    expect(await adapterOf('DeviceCode').find('a')).toEqual({ userCode: 'X', uid: 'U' });
    expect(await adapterOf('DeviceCode').findByUserCode('X')).toEqual({ userCode: 'X', uid: 'U' });
    expect(await adapterOf('DeviceCode').findByUid('U')).toEqual({ userCode: 'X', uid: 'U' });
    expect(await adapterOf('Session').find('a')).toBeUndefined();
    expect(await adapterOf('Session').findByUid('U')).toBeUndefined();
  });

  it('gives back nothing when the time is over', async () => {
    const { adapterOf, clock } = await open();
    await adapterOf('Session').upsert('a', { uid: 'U' }, 60);
    clock.advanceMs(59_999);
    expect(await adapterOf('Session').find('a')).toEqual({ uid: 'U' });
    clock.advanceMs(1);
    expect(await adapterOf('Session').find('a')).toBeUndefined();
    expect(await adapterOf('Session').findByUid('U')).toBeUndefined();
  });

  it('marks what was consumed and forgets what was destroyed or revoked', async () => {
    const { adapterOf, clock } = await open();
    const tokens = adapterOf('RefreshToken');
    await tokens.upsert('a', { grantId: 'g' }, 60);
    await tokens.upsert('b', { grantId: 'h' }, 60);
    await tokens.consume('a');
    expect(await tokens.find('a')).toMatchObject({ consumed: Math.floor(clock.nowMs() / 1000) });
    await tokens.revokeByGrantId('g');
    expect(await tokens.find('a')).toBeUndefined();
    await tokens.destroy('b');
    expect(await tokens.find('b')).toBeUndefined();
  });

  it('leaves one file with the last state when many changes come at once', async () => {
    const { adapterOf, store, clock } = await open();
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => adapterOf('Grant').upsert(`g${index}`, { jti: 'x' }, 60)),
    );
    await adapterOf('Grant').destroy('g0');
    await store.flush();
    expect(await readdir(folder)).toEqual(['state.json']);
    const again = await open(clock);
    expect(await again.adapterOf('Grant').find('g0')).toBeUndefined();
    expect(await again.adapterOf('Grant').find('g49')).toEqual({ jti: 'x' });
  });
});
