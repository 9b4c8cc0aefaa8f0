import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ObjectStoreError } from '../errors';
import type { ObjectStore } from '../object-store';
import { DiskObjectStore } from './disk-object-store';
import { requireStoreAddress } from './http/store-address';
import { LateObjectStore } from './late-object-store';
import type { S3ObjectStoreOptions } from './s3/s3-bucket';
import type { ICloudContainer, StoreAccess } from './store-access';

/** How a store URL is understood. */
export interface OpenObjectStoreOptions {
  /** Folder that relative `file:` paths start from; the working folder unless told. */
  readonly baseFolder?: string;
  /** How a person's device signs in at stores of that person; without it there are `file:` and `s3:` alone, as servers have it. */
  readonly access?: StoreAccess;
}

/** What the URLs start with that `openObjectStore` takes where it is given access. */
export const storeSchemes = ['file:', 's3:', 'webdav+https:', 'webdav+http:', 'drive:', 'icloud:'] as const;

/**
 * Opens the store that a URL names. Nothing is asked of it yet.
 *
 * - `file:/dir`, `file:dir`: a path, taken as it stands; `file:///dir`: a URL, percent-decoded.
 * - `s3://bucket/prefix?endpoint=https://host&region=name&profile=name`: credentials come from the environment, or from the
 *   profile of that name in the client's credentials file.
 * - `webdav+https://host/path`: a folder on a WebDAV server; `webdav+http:` for this machine's own addresses alone.
 * - `drive:appdata`: the folder that Google Drive keeps for the program, hidden from its person's other files.
 * - `icloud:CONTAINER?environment=development`: the private database of a CloudKit container; `production` unless told.
 *
 * @throws ObjectStoreError `invalid-url`, also where the URL holds a password or an unknown parameter
 */
export function openObjectStore(url: string, options: OpenObjectStoreOptions = {}): ObjectStore {
  if (url.startsWith('file:')) return new DiskObjectStore(filePath(url, options.baseFolder ?? '.'));
  if (url.startsWith('s3:')) {
    const options = s3Options(url);
    return new LateObjectStore(async () => new (await import('./s3/s3-object-store')).S3ObjectStore(options));
  }
  const opened = options.access === undefined ? undefined : openWithAccess(url, options.access);
  if (opened !== undefined) return opened;
  const known = options.access === undefined ? ['file:', 's3:'] : storeSchemes;
  throw invalid(`a store URL starts with one of ${known.join(', ')}`);
}

function openWithAccess(url: string, access: StoreAccess): ObjectStore | undefined {
  if (url.startsWith('webdav+')) {
    const address = requireStoreAddress(url.slice('webdav+'.length), 'the address of a WebDAV folder');
    return new LateObjectStore(async () => {
      const { WebDavObjectStore } = await import('./webdav/webdav-object-store');
      return new WebDavObjectStore({ url: address, credentials: () => access.webdav(address) });
    });
  }
  if (url.startsWith('drive:')) {
    if (url !== 'drive:appdata') throw invalid('Google Drive is given as drive:appdata');
    return new LateObjectStore(async () => {
      const { DriveObjectStore } = await import('./drive/drive-object-store');
      return new DriveObjectStore(await access.drive());
    });
  }
  if (url.startsWith('icloud:')) {
    const container = parseICloudContainer(url);
    return new LateObjectStore(async () => {
      const { ICloudObjectStore } = await import('./icloud/icloud-object-store');
      return new ICloudObjectStore({ ...container, ...(await access.icloud(container)) });
    });
  }
  return undefined;
}

/** Which container an `icloud:` URL names. @throws ObjectStoreError `invalid-url` */
export function parseICloudContainer(url: string): ICloudContainer {
  const [, container, environment] =
    /^icloud:(iCloud\.[A-Za-z0-9.-]{1,200})(?:\?environment=(development|production))?$/.exec(url) ?? [];
  if (container === undefined) throw invalid('iCloud is given as icloud:CONTAINER, whose name begins with "iCloud."');
  return { container, environment: environment === 'development' ? 'development' : 'production' };
}

function filePath(url: string, baseFolder: string): string {
  const rest = url.slice('file:'.length);
  if (rest === '') throw invalid('file: needs the path of a folder');
  if (!rest.startsWith('//')) return resolve(baseFolder, rest);
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw invalid('file:// needs an absolute path on this machine', cause);
  }
}

function s3Options(text: string): S3ObjectStoreOptions {
  const url = parse(text, 'not an s3://bucket/prefix URL');
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  if (url.hostname === '' || url.port !== '' || url.hash !== '') throw invalid('not an s3://bucket/prefix URL');
  requireNoSecret(url);
  if (prefix.split('/').some((segment) => segment === '.' || segment === '..')) throw invalid('no dots in the prefix');
  for (const name of url.searchParams.keys()) {
    if (name !== 'endpoint' && name !== 'region' && name !== 'profile')
      throw invalid('an s3: URL takes the parameters endpoint, region and profile only');
  }
  const endpoint = url.searchParams.get('endpoint');
  const region = url.searchParams.get('region');
  const profile = url.searchParams.get('profile');
  if (profile !== null && !/^[\w.-]{1,64}$/.test(profile)) throw invalid('profile is the name of a profile');
  return {
    bucket: url.hostname,
    prefix,
    ...(endpoint === null ? {} : { endpoint: requireEndpoint(endpoint) }),
    ...(region === null ? {} : { region }),
    ...(profile === null ? {} : { profile }),
  };
}

function requireEndpoint(text: string): string {
  const url = parse(text, 'endpoint is no URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('endpoint must be an http or https URL');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw invalid('endpoint is scheme, host and port only');
  requireNoSecret(url);
  return url.origin;
}

function requireNoSecret(url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw invalid('credentials never stand in a URL: give them in the environment');
  }
}

function parse(text: string, message: string): URL {
  try {
    return new URL(text);
  } catch {
    // Not even as cause: what was typed may hold a secret.
    throw invalid(message);
  }
}

function invalid(message: string, cause?: unknown): ObjectStoreError {
  return new ObjectStoreError('invalid-url', message, cause === undefined ? {} : { cause });
}
