import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe('Pace', () => {
  it('lets others have their turn each time that a slice is used up', async () => {
    const pace = new Pace();
    let turns = 0;
    setImmediate(() => turns++);
    work(10);
    await pace.breathe();
    expect(turns).toBe(1);
    setImmediate(() => turns++);
    work(10);
    await pace.breathe();
    expect(turns).toBe(2);
  });
});
