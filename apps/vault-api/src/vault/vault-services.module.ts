import {
  AccountDeletion,
  Activation,
  DummyRecords,
  GuessVeto,
  KeyslotRemoval,
  Keyslots,
  NewStart,
  Passkeys,
  Recovery,
  Registrations,
  Rotation,
  RotationRegistrations,
  type VaultServiceParts,
} from '@coffer/key-vault';
import { toBase64Url } from '@coffer/foundation';
import { Module } from '@nestjs/common';
import { VaultParts } from '../platform/vault-parts';

const services = [
  Recovery,
  Registrations,
  Activation,
  Keyslots,
  Passkeys,
  KeyslotRemoval,
  Rotation,
  RotationRegistrations,
  GuessVeto,
  NewStart,
  AccountDeletion,
] as const;

/** The services of libs/key-vault over the parts of this process. */
@Module({
  providers: services.map((service) => ({
    provide: service,
    inject: [VaultParts],
    useFactory: (parts: VaultParts) => new service(serviceParts(parts)),
  })),
  exports: [...services],
})
export class VaultServicesModule {}

/** What the services of libs/key-vault need, from the parts of this process. */
export function serviceParts(parts: VaultParts): VaultServiceParts {
  const { accounts, store, sealer, opaque, watch, identity, config, atStep } = parts;
  return {
    ...{ accounts, store, sealer, opaque, watch, atStep },
    policy: config.policy,
    dummies: new DummyRecords(sealer, identity.dummyRecord),
    vaultIdText: toBase64Url(identity.vaultId),
  };
}
