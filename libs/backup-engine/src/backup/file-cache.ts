/** How a file looked when it was backed up. Times and inode are decimal texts, exact. */
export interface CachedFile {
  readonly itemPath: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  readonly inode: string;
}

/** What a device knows of the files of its last snapshot; keys are absolute paths, or whatever else names a source. */
export interface CachedFiles {
  /** The snapshot whose items they are, 32 hexadecimal digits. */
  readonly snapshotIdHex: string;
  readonly files: ReadonlyMap<string, CachedFile>;
}

/** Where a device keeps it. Loss costs one reading of all files, and nothing else. */
export interface FileCache {
  load(): Promise<CachedFiles | undefined>;
  /** @throws error of the file system; what was saved before is then as it was, or lost */
  save(cached: CachedFiles): Promise<void>;
}
