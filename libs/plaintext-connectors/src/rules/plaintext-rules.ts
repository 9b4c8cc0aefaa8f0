import { identifyFile, identifyFirstBytes } from '@coffer/file-kinds';
import type { RuleVerdict } from '@coffer/purge';
import picomatch from 'picomatch';

import { zipEntryNames } from './zip-entries';

/** What the first bytes must be for an object to be a plaintext backup. */
export const BackupContent = {
  sqlite: 'sqlite',
  /** An archive in whose first bytes a chat text is named. */
  zipWithChatText: 'zip-with-chat-text',
  text: 'text',
  json: 'json',
} as const;
export type BackupContent = (typeof BackupContent)[keyof typeof BackupContent];

/** Which objects count as plaintext backups. The first rule with a matching name decides. */
export interface PlaintextRule {
  /** Globs over the path below an account's location, e.g. `**\/msgstore*.db`; case is ignored. */
  readonly names: readonly string[];
  /** Contents, by first bytes, that make it a plaintext backup. */
  readonly contents: readonly BackupContent[];
  /** Whether a name that matches with other contents is reported and kept (the default), or is no concern of the purge. */
  readonly otherwise?: 'report' | 'ignore';
}

/** How many of an object's first bytes the rules look at. */
export const ruleFirstBytes = Math.max(4096, identifyFirstBytes);

/** WhatsApp's database, its rotated names and left-overs, and its chat exports. */
export const defaultPlaintextRules: readonly PlaintextRule[] = [
  { names: ['**/msgstore*.db', '**/msgstore*.db.{tmp,part,bak}'], contents: ['sqlite'] },
  // The journal of a database that was not closed holds messages too, and no reader of its own: reported, never purged.
  { names: ['**/msgstore*.db-{wal,journal}'], contents: [] },
  { names: ['**/*whatsapp chat*.zip'], contents: ['zip-with-chat-text'] },
  { names: ['**/*whatsapp chat*.txt', '**/_chat.txt'], contents: ['text'] },
];

/** Kinds that are encrypted: not plaintext, whatever their name. */
const encryptedKinds: ReadonlySet<string> = new Set([
  'whatsapp-crypt12',
  'whatsapp-crypt14',
  'whatsapp-crypt15',
  'signal-backup-v2',
  'signal-android-backup',
]);

/** The rules of one source, ready to be asked. */
export class PlaintextRules {
  readonly #rules: readonly { readonly rule: PlaintextRule; readonly matches: (path: string) => boolean }[];

  constructor(rules: readonly PlaintextRule[] = defaultPlaintextRules) {
    this.#rules = rules.map((rule) => ({
      rule,
      matches: picomatch([...rule.names], { nocase: true, dot: true, nonegate: true }),
    }));
  }

  /** Whether a path is worth a look at its first bytes; all that counts for what has none. */
  matchesName(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /**
   * @param path - below the account's location
   * @param firstBytes - the first `ruleFirstBytes` bytes, or all of a smaller object
   * @returns undefined where it is no plaintext backup and no concern of the purge
   */
  judge(path: string, firstBytes: Uint8Array): RuleVerdict | undefined {
    const rule = this.#find(path);
    if (rule === undefined) return undefined;
    const { kind } = identifyFile(firstBytes);
    if (rule.contents.some((content) => isContent(content, kind, firstBytes))) return 'plaintext-backup';
    if (encryptedKinds.has(kind) || rule.otherwise === 'ignore') return undefined;
    return 'unrecognised';
  }

  #find(path: string): PlaintextRule | undefined {
    return this.#rules.find(({ matches }) => matches(path))?.rule;
  }
}

function isContent(content: BackupContent, kind: string, firstBytes: Uint8Array): boolean {
  switch (content) {
    case 'sqlite':
    case 'text':
      return kind === content;
    case 'json':
      return kind === 'text' && /^\s*[[{]/.test(new TextDecoder().decode(firstBytes.subarray(0, 64)));
    case 'zip-with-chat-text':
      return kind === 'zip' && zipEntryNames(firstBytes).some((name) => /chat.*\.txt$/i.test(name));
  }
}
