import type { PKCS11 } from 'pkcs11js';
import { systemClock } from '@coffer/foundation';
import { startSoftHsm, type SoftHsm } from '@coffer/test-kit';
import { openPkcs11Sealer, type Pkcs11Options, type TokenMechanism } from '../src/index';
import { loadBinding, type Binding } from '../src/pkcs11/binding';
import type { SealerGround } from './sealer-contract';

/** Undefined only where it was not built, and with it no test that needs a token runs. */
export const pkcs11js = (await loadBinding().catch(() => undefined)) as Binding;

/** One SoftHSM token that a test can look into and break. */
export interface TokenGround extends SealerGround {
  readonly hsm: SoftHsm;
  /** Options of a deployment of this name. */
  options(deployment: string): Omit<Pkcs11Options, 'known'>;
  /** Ends the library's work under the sealers of this process. */
  endLibrary(): void;
  /** Runs `work` beside the sealers of this process, over the same library. */
  inside<T>(work: (pkcs11: PKCS11, session: Buffer, slot: Buffer) => T): T;
}

export async function startTokenGround(mechanism: TokenMechanism): Promise<TokenGround> {
  const hsm = await startSoftHsm();
  const token = hsm.newToken(`coffer ${mechanism}`);
  const options = (deployment: string): Omit<Pkcs11Options, 'known'> => ({
    module: hsm.module,
    token: { label: token.label },
    pin: async () => token.pin,
    sessions: 3,
    ...{ deployment, mechanism, clock: systemClock },
  });
  const inside: TokenGround['inside'] = (work) => {
    const pkcs11 = new pkcs11js.PKCS11();
    pkcs11.load(hsm.module);
    tolerate('CKR_CRYPTOKI_ALREADY_INITIALIZED', () => pkcs11.C_Initialize());
    const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trim() === token.label)!;
    const session = pkcs11.C_OpenSession(slot, pkcs11js.CKF_RW_SESSION | pkcs11js.CKF_SERIAL_SESSION);
    tolerate('CKR_USER_ALREADY_LOGGED_IN', () => pkcs11.C_Login(session, pkcs11js.CKU_USER, token.pin));
    return work(pkcs11, session, slot);
  };
  const endLibrary = (): void => {
    const pkcs11 = new pkcs11js.PKCS11();
    pkcs11.load(hsm.module);
    pkcs11.C_Finalize();
  };
  let places = 0;
  return {
    ...{ hsm, options, inside, endLibrary },
    newPlace: async () => {
      const deployment = `place-${places++}`;
      return {
        open: (known, leaseMs) =>
          openPkcs11Sealer({ ...options(deployment), known, ...(leaseMs === undefined ? {} : { leaseMs }) }),
        clear: async () => inside((pkcs11, session) => destroyAll(pkcs11, session, deployment)),
      };
    },
    stop: () => hsm.stop(),
  };
}

function tolerate(fault: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || error.message !== fault) throw error;
  }
}

/** Handles of all secret keys in the token. */
export function secretKeys(pkcs11: PKCS11, session: Buffer): readonly Buffer[] {
  pkcs11.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY }]);
  const found = pkcs11.C_FindObjects(session, 1_000);
  pkcs11.C_FindObjectsFinal(session);
  return found;
}

export function labelOf(pkcs11: PKCS11, session: Buffer, key: Buffer): string {
  const [label] = pkcs11.C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_LABEL }]);
  return label!.value.toString();
}

function destroyAll(pkcs11: PKCS11, session: Buffer, deployment: string): void {
  for (const key of secretKeys(pkcs11, session)) {
    if (labelOf(pkcs11, session, key).startsWith(`${deployment}/`)) pkcs11.C_DestroyObject(session, key);
  }
}
