import { createHash } from 'node:crypto';

/** A file of a fake. */
export interface FakeDriveFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly createdMs: number;
}

/** An upload that goes on where it broke. */
export interface FakeUpload {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  bytes: Uint8Array;
}

/** What a fake of Google Drive holds: the app's folder of one person. */
export class FakeDriveFolder {
  readonly files = new Map<string, FakeDriveFile>();
  readonly uploads = new Map<string, FakeUpload>();
  #ids = 0;
  #lastMs = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly listLagMs: number,
  ) {}

  newId(): string {
    return `1fake${(this.#ids++).toString(36).padStart(6, '0')}`;
  }

  /** The clock of Drive tells two creates apart, unless the test's own clock stands still. */
  create(id: string, name: string, bytes: Uint8Array): FakeDriveFile {
    const nowMs = this.nowMs();
    const isStill = nowMs === 0;
    this.#lastMs = isStill ? 0 : Math.max(nowMs, this.#lastMs + 1);
    const file = { id, name, bytes, createdMs: this.#lastMs };
    this.files.set(id, file);
    return file;
  }

  /** Files as a listing shows them: those that are younger than the lag are not there yet. */
  listed(): readonly FakeDriveFile[] {
    const nowMs = this.nowMs();
    return [...this.files.values()].filter(
      ({ createdMs }) => this.listLagMs === 0 || createdMs + this.listLagMs <= nowMs,
    );
  }

  usedBytes(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}

/** A file as the API describes it. */
export function describeFile({ id, name, bytes, createdMs }: FakeDriveFile): Readonly<Record<string, string>> {
  return {
    ...{ kind: 'drive#file', id, name, mimeType: 'application/octet-stream', size: String(bytes.length) },
    createdTime: new Date(createdMs).toISOString(),
    sha256Checksum: createHash('sha256').update(bytes).digest('hex'),
  };
}
