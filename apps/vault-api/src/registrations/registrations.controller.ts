import type { ActivatedKeyslot, Confirmation, OpenRegistration, PendingRecord, Registration } from '@coffer/contracts';
import { signedStatementFromJson } from '@coffer/evidence';
import { fromBase64Url, toBase64Url, toRfc3339 } from '@coffer/foundation';
import { Activation, Registrations, type RegistrationOpening } from '@coffer/key-vault';
import { Controller, Inject } from '@nestjs/common';
import { keyslotBody } from '../keyslots/keyslot-body';
import { requireFresh } from '../platform/access.guard';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { VaultParts } from '../platform/vault-parts';

@Controller()
export class RegistrationsController {
  readonly #registrations: Registrations;
  readonly #activation: Activation;
  readonly #parts: VaultParts;

  constructor(
    @Inject(Registrations) registrations: Registrations,
    @Inject(Activation) activation: Activation,
    @Inject(VaultParts) parts: VaultParts,
  ) {
    this.#registrations = registrations;
    this.#activation = activation;
    this.#parts = parts;
  }

  @ContractRoute('openRegistration')
  async open(
    @Caller() { account, token }: CallerFacts,
    @Input() { body, headers }: InputOf<'openRegistration'>,
  ): Promise<Registration> {
    const opening = openingOf(body);
    // A sign-in stands here for a signature, as at the first claim.
    if ('newStartId' in opening) requireFresh(token);
    const opened = await this.#registrations.open(account, headers['idempotency-key'], opening);
    return {
      registrationId: opened.registrationId,
      serial: opened.serial,
      registrationResponse: toBase64Url(opened.response),
      ksf: opened.ksf,
      vaultId: toBase64Url(this.#parts.identity.vaultId),
      expiresAt: toRfc3339(opened.expiresAtMs),
    };
  }

  @ContractRoute('putRecord')
  async putRecord(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'putRecord'>,
  ): Promise<PendingRecord> {
    const signed = signedStatementFromJson(body);
    const expiresAtMs = await this.#registrations.putRecord(account, params.registrationId, signed);
    return { state: 'pending', expiresAt: toRfc3339(expiresAtMs) };
  }

  @ContractRoute('startConfirmation')
  async confirm(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'startConfirmation'>,
  ): Promise<Confirmation> {
    const ke2 = await this.#registrations.confirm(account, params.registrationId, {
      loginId: body.loginId,
      ke1: fromBase64Url(body.ke1),
      statement: signedStatementFromJson(body.confirm),
    });
    return { loginId: body.loginId, ke2: toBase64Url(ke2) };
  }

  @ContractRoute('activateRegistration')
  async activate(
    @Caller() { account }: CallerFacts,
    @Input() { params, body }: InputOf<'activateRegistration'>,
  ): Promise<ActivatedKeyslot> {
    const ke3 = fromBase64Url(body.ke3);
    const activated = await this.#activation.activate(account, params.registrationId, body.loginId, ke3);
    return { ...keyslotBody(activated), attemptsRemaining: activated.attemptsRemaining };
  }
}

function openingOf(body: OpenRegistration): RegistrationOpening {
  if (!('registrationRequest' in body)) return { statement: signedStatementFromJson(body) };
  const request = fromBase64Url(body.registrationRequest);
  return body.newStartId === undefined ? { request } : { request, newStartId: body.newStartId };
}
