import { describe, expect, it } from 'vitest';

import { Crash, hashOf, PurgeWorld } from '../test/purge-world';
import { checkConservation, CopyKind, quarantineObject, releaseObject, retryObject, type PurgeObject } from './index';
import { discoveredObject } from './transition';

const hour = 3_600_000;
const day = 24 * hour;

/** A world with one proven backup and a started purge. */
function startedWorld(...contents: readonly string[]): PurgeWorld {
  const world = new PurgeWorld();
  for (const [index, content] of contents.entries()) world.write(`msgstore-${index}.db`, content);
  for (const content of contents) world.prove(content);
  world.start();
  return world;
}

const replace = (world: PurgeWorld, path: string, change: (object: PurgeObject) => PurgeObject): void => {
  world.objects = world.objects.map((object) =>
    object.found.path === path ? { ...change(object), revision: object.revision + 1 } : object,
  );
};

describe('runPurgeStep', () => {
  describe('the way of a plaintext backup', () => {
    it('goes from discovered to purged with a certificate when all four conditions hold', async () => {
      const world = startedWorld('five years of messages');
      const did = await world.run(world.clock.nowMs() + 4 * day);
      expect(did).toEqual([
        'scanned',
        'hashed',
        'settled',
        'proved',
        'settled',
        'idle',
        'deleted',
        'looked',
        'idle',
        'looked',
        'certified',
        'idle',
      ]);
      expect(world.copies).toEqual([]);
      expect(world.wrongs).toEqual([]);
      expect(world.events.map(({ kind }) => kind)).toEqual(['plaintext-deleted', 'certificate']);
      expect(world.certificates.map(({ body, names }) => [body.objects.length, body.retained.length, names])).toEqual([
        [1, 0, ['msgstore-0.db']],
      ]);
    });

    it('waits 72 hours, and 7 days while the owner key is young', async () => {
      for (const [keyAge, grace] of [
        [8 * day, 72 * hour],
        [6 * day, 7 * day],
      ] as const) {
        const world = startedWorld('x');
        world.standing.ownerKeyBoundAtMs = world.clock.nowMs() - keyAge;
        const startedAtMs = world.clock.nowMs();
        await world.run(startedAtMs + grace - 1);
        expect(world.deletes).toEqual([]);
        await world.run(startedAtMs + grace);
        expect(world.deletes).toHaveLength(1);
      }
    });

    it('waits longer when the person asked for it, never shorter', async () => {
      for (const [graceSeconds, grace] of [
        [10 * 86_400, 10 * day],
        [1, 72 * hour],
      ] as const) {
        const world = startedWorld('x');
        world.start(graceSeconds);
        const startedAtMs = world.clock.nowMs();
        await world.run(startedAtMs + grace - 1);
        expect(world.deletes).toEqual([]);
        await world.run(startedAtMs + grace);
        expect(world.deletes).toHaveLength(1);
      }
    });

    it('is idle, and stores nothing, when it is run again', async () => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + 4 * day);
      const commits = world.commits;
      expect((await world.step()).did).toBe('idle');
      expect(world.commits).toBe(commits);
      expect(world.certificates).toHaveLength(1);
    });
  });

  describe('condition 1: its very bytes are in the backup', () => {
    it('keeps a large old version under a small new one until it too is proven', async () => {
      const world = new PurgeWorld();
      world.write('msgstore.db', 'five years of messages', 'v1', CopyKind.oldVersion);
      world.write('msgstore.db', 'three', 'v2');
      world.prove('three');
      world.start();
      await world.run(world.clock.nowMs() + 6 * day);
      expect(world.deletes.map(({ content }) => content)).toEqual(['three']);
      expect(world.state('msgstore.db', 'v1')).toBe('waiting-for-backup: no-proof');
      expect(world.notices).toContain('plaintext-waiting');
      world.prove('five years of messages');
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies).toEqual([]);
      expect(world.wrongs).toEqual([]);
    });

    it('shares one proof among copies of the same bytes', async () => {
      const world = new PurgeWorld();
      world.write('a.db', 'same');
      world.write('b.db', 'same');
      world.prove('same');
      world.start();
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies).toEqual([]);
    });

    it('sends an object round again when its version changes before the delete (C04)', async () => {
      const world = startedWorld('old');
      await world.run(world.clock.nowMs() + 2 * day);
      expect(world.state('msgstore-0.db')).toBe('grace');
      world.write('msgstore-0.db', 'new');
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.deletes).toEqual([]);
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: no-proof');
    });

    it('lets an object go that the person released, and only in exactly those bytes', async () => {
      const world = new PurgeWorld();
      const copy = world.write('a.db', 'unwanted');
      world.start();
      await world.run(world.clock.nowMs() + day);
      const release = { sha256: hashOf('other'), sizeBytes: 8, modifiedMs: copy.modifiedMs, ownerGeneration: 1 };
      replace(world, 'a.db', (object) => releaseObject(object, release));
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.deletes).toEqual([]);
      replace(world, 'a.db', (object) => releaseObject(object, { ...release, sha256: hashOf('unwanted') }));
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.deletes).toHaveLength(1);
      expect(world.certificates[0]?.body.objects[0]?.proofHash).toBeNull();
    });

    it('never purges what nobody could read (C21), and says so in the certificate', async () => {
      const world = startedWorld('readable', '?damaged');
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies.map(({ content }) => content)).toEqual(['?damaged']);
      expect(world.state('msgstore-1.db')).toBe('quarantined: unreadable-by-rule');
      expect(world.certificates[0]?.body.retained.map(({ reason }) => reason)).toEqual(['quarantined']);
    });

    describe('what a device reported as unreadable (C21)', () => {
      const reported = async (): Promise<PurgeWorld> => {
        const world = startedWorld('broken inside');
        await world.run(world.clock.nowMs() + day);
        world.report(world.objects[0]!);
        await world.run(world.clock.nowMs() + 9 * day);
        expect(world.state('msgstore-0.db')).toBe('quarantined: unreadable-by-device');
        expect(world.deletes).toEqual([]);
        return world;
      };
      const release = (world: PurgeWorld): void => {
        const { sizeBytes, modifiedMs } = world.objects[0]!.found;
        const { ownerGeneration } = world.standing;
        const given = { sha256: hashOf('broken inside'), sizeBytes, modifiedMs, ownerGeneration };
        replace(world, 'msgstore-0.db', (object) => releaseObject(object, given));
      };

      it('stays when a proof names its bytes, and goes when it is released', async () => {
        const world = await reported();
        release(world);
        await world.run(world.clock.nowMs() + 9 * day);
        expect([world.deletes.length, world.wrongs]).toEqual([1, []]);
      });

      it('stays when its release was made void by a new key, though a proof by that key names it', async () => {
        const world = await reported();
        release(world);
        await world.run(world.clock.nowMs() + 3_600_000);
        world.rotateKey();
        world.prove('broken inside');
        world.clock.advanceMs(1);
        world.start();
        await world.run(world.clock.nowMs() + 20 * day);
        expect(world.state('msgstore-0.db')).toBe('quarantined: unreadable-by-device');
        expect([world.deletes, world.wrongs]).toEqual([[], []]);
      });

      it('stays when the same bytes are written again, and not when others are', async () => {
        const world = await reported();
        world.write('msgstore-0.db', 'broken inside');
        await world.run(world.clock.nowMs() + 16 * day);
        expect(world.state('msgstore-0.db')).toBe('quarantined: unreadable-by-device');
        world.write('msgstore-0.db', 'whole');
        world.prove('whole');
        await world.run(world.clock.nowMs() + 16 * day);
        expect([world.deletes.map(({ content }) => content), world.wrongs]).toEqual([['whole'], []]);
      });

      it('stays when the report came before the worker had hashed it', async () => {
        const world = startedWorld('broken inside');
        await world.step();
        world.report(world.objects[0]!);
        await world.run(world.clock.nowMs() + 9 * day);
        const [object] = world.objects;
        expect([object?.state, object?.report?.sha256]).toEqual(['quarantined', hashOf('broken inside')]);
        expect(world.deletes).toEqual([]);
      });

      it('stays when it was written over before the worker had hashed it, until a release', async () => {
        const world = startedWorld('broken inside');
        await world.step();
        world.report(world.objects[0]!);
        for (let time = 0; time < 2; time++) {
          world.write('msgstore-0.db', 'broken inside');
          await world.run(world.clock.nowMs() + 16 * day);
          expect(world.state('msgstore-0.db')).toBe('quarantined: unreadable-by-device');
        }
        expect(world.deletes).toEqual([]);
        release(world);
        await world.run(world.clock.nowMs() + 16 * day);
        expect([world.deletes.length, world.wrongs]).toEqual([1, []]);
      });

      it('is refused for what is gone, kept elsewhere, or no backup', () => {
        const world = startedWorld('x');
        const found = world.found(world.copies[0]!);
        const object = discoveredObject('o', found);
        const refused = expect.objectContaining({ code: 'illegal-transition' });
        for (const state of ['purged', 'verifying-absence', 'retained-elsewhere'] as const) {
          expect(() => quarantineObject({ ...object, state }, 'not-a-backup')).toThrow(refused);
        }
        for (const kind of [CopyKind.deleteMarker, CopyKind.multipart]) {
          expect(() => quarantineObject({ ...object, found: { ...found, kind } }, 'not-a-backup')).toThrow(refused);
        }
      });
    });
  });

  describe('condition 2: the ciphertext is there', () => {
    it('deletes nothing when the repository cannot be read, and goes on once it can', async () => {
      const world = startedWorld('x');
      world.isRepositoryThere = false;
      await world.run(world.clock.nowMs() + day);
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: ciphertext-out-of-reach');
      world.isRepositoryThere = true;
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.copies).toEqual([]);
    });

    it.each([
      ['gone', undefined],
      ['changed', 'sealed y'],
      ['cut short', 'sealed'],
    ])('deletes nothing when ciphertext is %s at the end of grace', async (_what, content) => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + 3 * day - 1);
      expect(world.state('msgstore-0.db')).toBe('grace');
      if (content === undefined) world.sealed.delete('packs/x');
      else world.sealed.set('packs/x', content);
      await world.run(world.clock.nowMs() + 2 * day);
      expect(world.deletes).toEqual([]);
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: ciphertext-differs');
    });

    it('hashes the plaintext and fetches the ciphertext again when that is older than 24 hours', async () => {
      const world = startedWorld('x');
      const calls: string[] = [];
      world.after = (call) => calls.push(call);
      await world.run(world.clock.nowMs() + 4 * day);
      expect(calls.filter((call) => call === 'sha256')).toHaveLength(2);
      expect(calls.filter((call) => call === 'measure')).toHaveLength(2);
    });
  });

  describe('condition 3: a current key opens it', () => {
    it('stops when the key changes during grace (C03), and asks for a new proof and a new start', async () => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + 2 * day);
      world.rotateKey();
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.state('msgstore-0.db')).toMatch(/needs-consent|waiting-for-backup/);
      world.start();
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: key-changed');
      world.prove('x');
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.copies).toEqual([]);
      expect(world.wrongs).toEqual([]);
    });

    it('waits when no keyslot is proven', async () => {
      const world = startedWorld('x');
      world.standing.provenKeyslots = 0;
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: no-proven-keyslot');
    });

    it('lets a newer proof of the same bytes take over without a new grace', async () => {
      const world = startedWorld('x');
      const startedAtMs = world.clock.nowMs();
      await world.run(startedAtMs + 2 * day);
      world.prove('x');
      await world.run(startedAtMs + 3 * day);
      expect(world.deletes).toHaveLength(1);
    });
  });

  describe('condition 4: the person agreed, and the owner key started it', () => {
    it('waits for consent and start', async () => {
      const world = startedWorld('x');
      world.standing.mandate = { consentAtMs: null, start: null, stoppedAtMs: null };
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.state('msgstore-0.db')).toBe('needs-consent: no-consent');
      world.start();
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies).toEqual([]);
    });

    it('stops up to the last moment before the delete, and resumes from the beginning of the proof', async () => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + 3 * day - 1);
      let standings = 0;
      world.before = (call) => {
        // The second reading of the step that deletes is the last thing before the delete.
        if (call === 'standing' && ++standings === 2) world.stop();
      };
      world.clock.advanceMs(1);
      expect((await world.step()).did).toBe('settled');
      expect(standings).toBe(2);
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.deletes).toEqual([]);
      expect(world.state('msgstore-0.db')).toBe('stopped: stopped-by-person');
      world.start();
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies).toEqual([]);
    });

    it('holds while a new start is pending', async () => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + day);
      world.standing.isNewStartPending = true;
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.state('msgstore-0.db')).toBe('needs-consent: new-start-pending');
    });
  });

  describe('order and absence', () => {
    it('deletes old versions before the current one, and markers and parts last (C05, C06)', async () => {
      const world = new PurgeWorld();
      world.write('m', '', 'marker', CopyKind.deleteMarker);
      world.write('m', '', 'upload', CopyKind.multipart);
      world.write('m', 'new', '2');
      world.write('m', 'old', '1', CopyKind.oldVersion);
      for (const content of ['old', 'new']) world.prove(content);
      world.start();
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.deletes.map(({ copyId }) => copyId)).toEqual(['1', '2', 'marker', 'upload']);
      expect(world.certificates).toHaveLength(1);
      expect(world.certificates[0]?.body.objects).toHaveLength(4);
    });

    it('leaves a marker and a young upload alone while another copy of the path stays', async () => {
      const world = new PurgeWorld();
      world.write('m', '', 'marker', CopyKind.deleteMarker);
      world.write('m', 'unproven', '1', CopyKind.oldVersion);
      world.write('n', '', 'upload', CopyKind.multipart);
      world.start();
      await world.run(world.clock.nowMs() + day - 1);
      expect(world.deletes).toEqual([]);
      expect(world.state('n', 'upload')).toBe('waiting-for-backup: upload-may-be-running');
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.deletes.map(({ copyId }) => copyId)).toEqual(['upload']);
    });

    it('waits for the end of a lock, and lists what is locked as retained meanwhile', async () => {
      const world = startedWorld('free', 'locked');
      world.copies[1]!.lockedUntilMs = world.clock.nowMs() + 30 * day;
      await world.run(world.clock.nowMs() + 20 * day);
      expect(world.state('msgstore-1.db')).toBe('locked-until: locked');
      expect(world.certificates[0]?.body.retained).toMatchObject([
        { reason: 'locked-until', untilMs: world.copies[0]?.lockedUntilMs },
      ]);
      await world.run(world.clock.nowMs() + 20 * day);
      expect(world.copies).toEqual([]);
      expect(world.certificates).toHaveLength(2);
    });

    it('names replicas that it cannot reach', async () => {
      const world = startedWorld('x');
      world.write('msgstore-0.db', 'x', 'replica', CopyKind.replica);
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.state('msgstore-0.db', 'replica')).toBe('retained-elsewhere: kept-by-provider');
      expect(world.certificates[0]?.body).toMatchObject({
        objects: [{ kind: 'current' }],
        retained: [{ kind: 'replica' }],
      });
    });

    it('waits until a lagging listing no longer shows what was deleted (C08)', async () => {
      const world = startedWorld('x', 'y');
      world.listLagMs = 45_000;
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.certificates).toHaveLength(1);
      expect(world.certificates[0]?.body.listings.map(({ found }) => found)).toEqual([0, 0]);
      expect(world.notices).not.toContain('plaintext-reappeared');
    });

    it('finds a backup that came back, tells the person, and sends it round again', async () => {
      const world = startedWorld('x');
      await world.run(world.clock.nowMs() + 4 * day);
      world.write('msgstore-0.db', 'from an old phone');
      await world.run(world.clock.nowMs() + 8 * day);
      expect(world.notices).toContain('plaintext-reappeared');
      expect(world.state('msgstore-0.db')).toBe('waiting-for-backup: no-proof');
      world.prove('from an old phone');
      await world.run(world.clock.nowMs() + 12 * day);
      expect(world.copies).toEqual([]);
      expect(world.certificates).toHaveLength(2);
    });

    it('looks weekly for a year, and then no more', async () => {
      const world = startedWorld('x');
      let scans = 0;
      world.before = (call) => {
        if (call === 'inventory') scans += 1;
      };
      await world.run();
      expect(scans).toBe(53);
    });

    it('looks again when the person starts or resumes, for what came since the last listing', async () => {
      const world = startedWorld('x');
      world.standing.mandate = { consentAtMs: null, start: null, stoppedAtMs: null };
      await world.run(world.clock.nowMs() + day);
      world.write('late.db', 'late');
      await world.run(world.clock.nowMs() + day);
      expect(world.objects).toHaveLength(1);
      world.start();
      await world.run(world.clock.nowMs() + day);
      expect(world.state('late.db')).toBe('waiting-for-backup: no-proof');
      world.write('later.db', 'later');
      world.clock.advanceMs(1000);
      world.start();
      await world.run(world.clock.nowMs() + day);
      expect(world.objects).toHaveLength(3);
    });

    it('says already-gone of what somebody else removed', async () => {
      const world = startedWorld('x', 'y');
      await world.run(world.clock.nowMs() + day);
      world.copies.splice(0, 1);
      await world.run(world.clock.nowMs() + 9 * day);
      expect(world.certificates[0]?.body.objects.map(({ outcome }) => outcome).sort()).toEqual([
        'already-gone',
        'deleted',
      ]);
    });
  });

  describe('trouble', () => {
    it.each(['unreachable', 'throttled'] as const)(
      'waits ever longer while the provider is %s, and never gives up (C09)',
      async (trouble) => {
        const world = startedWorld('x');
        await world.step();
        world.trouble = trouble;
        const did = await world.run(world.clock.nowMs() + 2 * day);
        expect(did.length).toBeLessThan(60);
        world.trouble = undefined;
        await world.run(world.clock.nowMs() + 5 * day);
        expect(world.copies).toEqual([]);
      },
    );

    it('goes on with one location while another is out of reach, and asks that one again later', async () => {
      const world = startedWorld('x');
      world.job = { ...world.job, locations: [{ provider: 'cloud', location: 'far' }, ...world.job.locations] };
      world.brokenLocation = 'far';
      await world.run(world.clock.nowMs() + 4 * day);
      expect(world.copies).toEqual([]);
      expect(world.certificates).toHaveLength(1);
      expect(world.job.scannedAtMs).toBeNull();
      world.brokenLocation = undefined;
      await world.run(world.clock.nowMs() + day);
      expect(world.job.scannedAtMs).not.toBeNull();
    });

    it('asks for a new login when the provider refuses the token, and changes nothing (C10)', async () => {
      const world = startedWorld('x');
      await world.step();
      world.trouble = 'needs-auth';
      await world.run(world.clock.nowMs() + hour);
      expect(world.state('msgstore-0.db')).toBe('needs-auth');
      expect(world.notices).toEqual(['purge-needs-auth']);
      world.trouble = undefined;
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.copies).toEqual([]);
    });

    it('gives an object up after several refusals, keeps it, and tries again when staff ask (C14)', async () => {
      const world = startedWorld('x');
      await world.step();
      world.trouble = 'access-denied';
      await world.run(world.clock.nowMs() + day);
      expect(world.state('msgstore-0.db')).toBe('failed: access-denied');
      expect(world.notices).toEqual(['purge-failed']);
      expect(() => retryObject({ ...world.objects[0]!, state: 'purged' })).toThrow('only a failed object');
      world.trouble = undefined;
      replace(world, 'msgstore-0.db', retryObject);
      await world.run(world.clock.nowMs() + 5 * day);
      expect(world.copies).toEqual([]);
    });

    it('gets there when it is killed before and after every single call (C02)', async () => {
      for (const when of ['before', 'after'] as const) {
        for (let at = 0; ; at++) {
          const world = startedWorld('x', 'y');
          let calls = 0;
          const hook = (): void => {
            if (calls++ === at) throw new Crash('killed');
          };
          world[when] = hook;
          const end = world.clock.nowMs() + 5 * day;
          await world.run(end).catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error;
          });
          const wasKilled = calls > at;
          world[when] = () => undefined;
          await world.run(end);
          expect(world.copies).toEqual([]);
          expect(world.wrongs).toEqual([]);
          expect(world.certificates.flatMap(({ names }) => names).sort()).toEqual(['msgstore-0.db', 'msgstore-1.db']);
          expect(world.events.filter(({ kind }) => kind === 'plaintext-deleted')).toHaveLength(2);
          checkConservation(world.objects);
          if (!wasKilled) break;
        }
      }
    });

    it('refuses a worker that wakes up after its lease went to another (C12, C13)', async () => {
      const calls = [
        'load',
        'standing',
        'inventory',
        'sha256',
        'find',
        'measure',
        'sizeOf',
        'delete',
        'listAgain',
        'commit',
      ];
      for (const call of calls) {
        const world = startedWorld('x');
        const takers: string[] = [];
        world.before = async (name) => {
          if (takers.length > 0 || name !== call) return;
          takers.push(name);
          await world.run(world.clock.nowMs() + 5 * day);
        };
        const outcome = await world.run(world.clock.nowMs() + 5 * day).catch((error: unknown) => error);
        if (takers.length > 0 && call !== 'load') expect(outcome, call).toMatchObject({ code: 'fenced-out' });
        expect(world.copies).toEqual([]);
        expect(world.events.filter(({ kind }) => kind === 'plaintext-deleted')).toHaveLength(1);
        expect(world.certificates).toHaveLength(1);
        expect(world.wrongs).toEqual([]);
      }
    });
  });
});
