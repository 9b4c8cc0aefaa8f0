import {
  createOpaqueRegistrationResponse,
  finishOpaqueLogin,
  requireOpaqueLoginState,
  startOpaqueLogin,
  type OpaqueServerSetup,
} from '@coffer/crypto';
import type { OpaqueServer } from './ports/opaque';

/** OPAQUE in this thread. */
export function createOpaqueServer(setup: OpaqueServerSetup, publicKey: Uint8Array): OpaqueServer {
  return {
    publicKey,
    evaluateRegistration: (salt, request) => createOpaqueRegistrationResponse({ setup, salt, request }),
    startLogin: (input) => startOpaqueLogin({ setup, ...input }),
    finishLogin: async (state, ke3) => {
      const { outcome } = await finishOpaqueLogin(requireOpaqueLoginState(state), ke3);
      return outcome === 'ok';
    },
  };
}
