/**
 * The part of pkcs11js that is used here (PKCS#11 v2.40, by the standard's own names). The package is optional, for it is built from
 * source at installation: where no compiler is, the rest of the project is checked and tested all the same.
 */
declare module 'pkcs11js' {
  /** A session, slot or object: an unsigned long in the byte order of the machine. */
  type Handle = Buffer;

  interface Attribute {
    readonly type: number;
    readonly value?: number | boolean | string | Buffer;
  }
  type Template = Attribute[];

  interface Mechanism {
    readonly mechanism: number;
    readonly parameter?: Buffer | GcmParameter;
  }
  interface GcmParameter {
    readonly type: number;
    readonly iv: Buffer;
    readonly ivBits: number;
    readonly aad: Buffer;
    readonly tagBits: number;
  }

  /** Each function throws an Error whose message is the name of the CKR_ code. */
  class PKCS11 {
    load(path: string): void;
    close(): void;
    C_Initialize(options?: { readonly flags: number }): void;
    C_Finalize(): void;
    C_GetSlotList(isTokenPresent: boolean): Handle[];
    C_GetTokenInfo(slot: Handle): { readonly label: string };
    C_OpenSession(slot: Handle, flags: number): Handle;
    C_CloseSession(session: Handle): void;
    C_CloseAllSessions(slot: Handle): void;
    C_Login(session: Handle, userType: number, pin: string): void;
    C_Logout(session: Handle): void;
    C_FindObjectsInit(session: Handle, template: Template): void;
    C_FindObjects(session: Handle, atMost: number): Handle[];
    C_FindObjectsFinal(session: Handle): void;
    C_GetAttributeValue(session: Handle, object: Handle, types: Template): { readonly value: Buffer }[];
    C_DestroyObject(session: Handle, object: Handle): void;
    C_GenerateKey(session: Handle, mechanism: Mechanism, template: Template): Handle;
    C_GenerateKeyAsync(session: Handle, mechanism: Mechanism, template: Template): Promise<Handle>;
    C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_EncryptAsync(session: Handle, input: Buffer, output: Buffer): Promise<Buffer>;
    C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_DecryptAsync(session: Handle, input: Buffer, output: Buffer): Promise<Buffer>;
    C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_SignAsync(session: Handle, input: Buffer, output: Buffer): Promise<Buffer>;
  }

  /** Attributes. */
  const CKA_CLASS: number;
  const CKA_DECRYPT: number;
  const CKA_ENCRYPT: number;
  const CKA_EXTRACTABLE: number;
  const CKA_ID: number;
  const CKA_KEY_TYPE: number;
  const CKA_LABEL: number;
  const CKA_NEVER_EXTRACTABLE: number;
  const CKA_PRIVATE: number;
  const CKA_SENSITIVE: number;
  const CKA_SIGN: number;
  const CKA_TOKEN: number;
  const CKA_VALUE: number;
  const CKA_VALUE_LEN: number;
  /** Flags, and kinds of keys, mechanisms, parameters, objects and users. */
  const CKF_OS_LOCKING_OK: number;
  const CKF_RW_SESSION: number;
  const CKF_SERIAL_SESSION: number;
  const CKK_AES: number;
  const CKK_GENERIC_SECRET: number;
  const CKM_AES_GCM: number;
  const CKM_AES_KEY_GEN: number;
  const CKM_GENERIC_SECRET_KEY_GEN: number;
  const CKM_SHA256_HMAC: number;
  const CKO_SECRET_KEY: number;
  const CKU_USER: number;
  const CK_PARAMS_GCM: number;
}
