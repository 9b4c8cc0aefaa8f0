export { compareBytes, concatBytes, equalBytes, fromUtf8, readU32be, requireBytes, u32be, utf8 } from './bytes';
export { ByteSink } from './byte-sink';
export { cborListHead, decodeCbor, encodeCbor, type CborValue } from './cbor';
export { systemClock, toRfc3339, type Clock } from './clock';
export { CofferError, EncodingError, type CofferErrorOptions } from './errors';
export { fromBase64Url, fromHex, toBase64Url, toHex } from './text-forms';
export { newUuid, requireUuid } from './uuid';
