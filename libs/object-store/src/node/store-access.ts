import type { DriveOptions } from './drive/drive-client';
import type { CloudKitOptions } from './icloud/cloudkit-client';
import type { WebDavCredentials } from './webdav/webdav-client';

/** Which container of iCloud. */
export type ICloudContainer = Pick<CloudKitOptions, 'container' | 'environment'>;

/**
 * How a person's device signs in at stores of that person. Nothing of it stands in a URL that is kept or shown. Each is asked with the
 * first use of such a store, and throws where the device has not signed in there.
 */
export interface StoreAccess {
  /**
   * Credentials for a folder on a WebDAV server, asked with each request; undefined where there are none.
   *
   * @param address - `https://host[:port]/path`, without a slash at the end
   */
  webdav(address: string): Promise<WebDavCredentials | undefined>;
  /** For the app's folder of Google Drive. */
  drive(): Promise<Pick<DriveOptions, 'apiUrl' | 'token'>>;
  /** For the private database of a container. */
  icloud(container: ICloudContainer): Promise<Pick<CloudKitOptions, 'apiUrl' | 'apiToken' | 'session'>>;
}
