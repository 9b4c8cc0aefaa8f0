import { createHash } from 'node:crypto';

import { encodeCertificateBody } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import {
  defaultPurgeSettings,
  firstRound,
  PurgeError,
  runPurgeStep,
  type AcceptedProof,
  type ConnectorPort,
  type PurgeJob,
  type PurgeLocation,
  type PurgeObject,
  type PurgePorts,
  type SignedCertificate,
} from '@coffer/purge';
import { fakeClock, seed } from '@coffer/test-kit';

/** Everything of a purge but the provider, in memory: consent, start and a proven keyslot are given. */
export class MemoryPurge {
  readonly clock = fakeClock();
  readonly certificates: SignedCertificate[] = [];
  readonly proofs: AcceptedProof[] = [];
  objects: readonly PurgeObject[] = [];
  #job: PurgeJob;
  readonly #ports: PurgePorts;
  readonly #account = newUuid();

  constructor(connector: ConnectorPort, location: PurgeLocation) {
    this.#job = firstRound(this.#account, newUuid(), [location]);
    const atMs = this.clock.nowMs();
    const sealed = { sizeBytes: 7, sha256: hashOf(Buffer.from('ciphert')) };
    this.#ports = {
      clock: this.clock,
      rows: {
        load: async () => ({ job: this.#job, objects: this.objects }),
        commit: async (_lease, { objects, job, certificate }) => {
          for (const changed of objects) this.#store(changed);
          this.#job = job ?? this.#job;
          if (certificate !== undefined) this.certificates.push(certificate);
        },
      },
      accounts: {
        standing: async () => ({
          mandate: { consentAtMs: atMs, start: { atMs, ownerGeneration: 1, graceSeconds: null }, stoppedAtMs: null },
          ...{ ownerGeneration: 1, keyIdHex: '00000000000000a1', ownerKeyBoundAtMs: 0, provenKeyslots: 1 },
          ...{ isNewStartPending: false, isSealed: false, lastKeyEventAtMs: null },
        }),
      },
      proofs: {
        find: async (_account, sha256) => this.proofs.find((proof) => Buffer.compare(proof.sha256, sha256) === 0),
      },
      repositories: { measure: async () => sealed, sizeOf: async () => sealed.sizeBytes },
      connector: () => connector,
      signer: {
        vaultId: seed('vault', 16),
        newPathSalt: () => seed(newUuid(), 16),
        sign: async (body) => Buffer.from(encodeCertificateBody(body)).toString('base64url'),
      },
      newId: newUuid,
      random: () => 0.5,
    };
  }

  /** The vault accepts a proof of these bytes. */
  prove(bytes: Uint8Array): void {
    this.proofs.push({
      ...{ proofId: newUuid(), proofHash: hashOf(bytes), acceptedAtMs: this.clock.nowMs(), repositoryId: 'repository' },
      ...{ keyIdHex: '00000000000000a1', ownerGeneration: 1, sha256: hashOf(bytes), sizeBytes: bytes.length },
      ciphertext: [{ path: 'packs/1/aa/one', sizeBytes: 7, sha256: hashOf(Buffer.from('ciphert')) }],
    });
  }

  /** Steps until nothing is left to do before an instant; time passes as it must. */
  async run(untilMs: number): Promise<void> {
    for (let step = 0; step < 500; step++) {
      const { nextAtMs } = await runPurgeStep({ accountId: this.#account, fencingToken: 1 }, this.#ports, {
        settings: { ...defaultPurgeSettings, multipartMinAgeMs: 0 },
      });
      if (nextAtMs === null || nextAtMs > untilMs) return this.clock.setMs(untilMs);
      if (nextAtMs > this.clock.nowMs()) this.clock.setMs(nextAtMs);
    }
    throw new RangeError('not done after 500 steps');
  }

  #store(changed: PurgeObject): void {
    const known = this.objects.find(({ objectId }) => objectId === changed.objectId);
    if ((known?.revision ?? 0) !== changed.revision) throw new PurgeError('conflict', 'changed');
    const stored = { ...changed, revision: changed.revision + 1 };
    this.objects = [...this.objects.filter((other) => other !== known), stored];
  }
}

function hashOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
