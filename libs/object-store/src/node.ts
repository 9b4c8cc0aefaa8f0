export { DiskObjectStore } from './node/disk-object-store';
export { googleApiUrl } from './node/drive/drive-client';
export {
  googleSignInUrl,
  GoogleSignIn,
  type GoogleClient,
  type GoogleDeviceCode,
  type GoogleTokens,
} from './node/drive/google-sign-in';
export { requireStoreAddress } from './node/http/store-address';
export { appleApiUrl, findSignInPage, type WebAuthSession } from './node/icloud/cloudkit-client';
export {
  openObjectStore,
  parseICloudContainer,
  storeSchemes,
  type OpenObjectStoreOptions,
} from './node/open-object-store';
export type { ICloudContainer, StoreAccess } from './node/store-access';
export type { WebDavCredentials } from './node/webdav/webdav-client';
