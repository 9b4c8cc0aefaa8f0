/** A file or collection of a fake. */
export interface DavNode {
  /** Undefined for a collection. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string;
  readonly modifiedMs: number;
}

/** What a fake of WebDAV holds: paths without a slash at the end, the root as the empty one. */
export class DavTree {
  readonly nodes = new Map<string, DavNode>();
  #etags = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly hasWeakEtags: boolean,
  ) {
    this.put('', undefined);
  }

  /** @param bytes - undefined makes a collection */
  put(path: string, bytes: Uint8Array | undefined): void {
    const tag = `"${(this.#etags++).toString(36)}"`;
    const etag = this.hasWeakEtags ? `W/${tag}` : tag;
    this.nodes.set(path, { bytes, etag, modifiedMs: this.nowMs() });
  }

  /** Whether what is above a path is a collection. */
  hasParent(path: string): boolean {
    const parent = this.nodes.get(parentOf(path));
    return parent !== undefined && parent.bytes === undefined;
  }

  /** The path, and all below it. */
  subtree(path: string): readonly string[] {
    return [...this.nodes.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
  }

  /** Direct members of a collection. */
  members(path: string): readonly string[] {
    return [...this.nodes.keys()].filter((each) => each !== '' && parentOf(each) === path);
  }

  move(from: string, to: string): void {
    for (const each of this.subtree(to)) this.nodes.delete(each);
    for (const each of this.subtree(from)) {
      this.nodes.set(to + each.slice(from.length), this.nodes.get(each)!);
      this.nodes.delete(each);
    }
  }

  usedBytes(): number {
    return [...this.nodes.values()].reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
