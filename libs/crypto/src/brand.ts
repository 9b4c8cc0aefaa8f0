declare const brand: unique symbol;

/**
 * Bytes of one kind that cannot be passed for bytes of another kind. The brand exists for the type checker only.
 *
 * @typeParam Name - what the bytes are, e.g. `backup key`
 */
export type Branded<Name extends string> = Uint8Array<ArrayBuffer> & { readonly [brand]: Name };
