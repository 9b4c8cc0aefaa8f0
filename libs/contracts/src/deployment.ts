import { z } from 'zod';
import { bytes32Text, idText } from './text-forms';

const noteVerifierKey = z
  .string()
  .max(512)
  .regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/, 'verifier key of a signed note expected (name+hash+base64)');

const clientId = z.string().min(1).max(128);

/**
 * deployment.json: how a device knows its vault. Written by the operator, never fetched from vault-api; a changed key is a
 * hard stop.
 */
export const deployment = z
  .strictObject({
    v: z.literal(1),
    /** Where `/v1` stands, without it and without a final slash. */
    apiUrl: z.url({ protocol: /^https?$/ }),
    portalUrl: z.url({ protocol: /^https?$/ }),
    issuer: z.url({ protocol: /^https?$/ }),
    clients: z.strictObject({ cli: clientId, portal: clientId, dashboard: clientId }),
    /** `aud` of the access tokens that the vault accepts. */
    audience: z.string().min(1).max(512),
    vaultId: idText,
    opaqueServerPublicKey: bytes32Text,
    ledgerKey: noteVerifierKey,
    certificateKey: noteVerifierKey,
  })
  .meta({ id: 'Deployment' });

/** @see deployment */
export type Deployment = z.infer<typeof deployment>;
