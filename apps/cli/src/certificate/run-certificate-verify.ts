import { readFile } from 'node:fs/promises';
import {
  certificateFileMaximumBytes,
  encodeVerifierKey,
  EvidenceError,
  parseVerifierKey,
  verifyCertificateFile,
  type CertificateReport,
  type NoteVerifier,
} from '@coffer/evidence';
import { CofferError, toBase64Url, toRfc3339 } from '@coffer/foundation';

import { requireFile } from '../files/require-file';
import { findDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import type { Reporter, SummaryFields } from '../output/reporter';
import { UsageError } from '../output/usage-error';

/** What `coffer certificate verify` is asked. */
export interface CertificateVerifyOptions {
  readonly file: string;
  /** Verifier key of the certificate's issuer; the pinned one unless given. */
  readonly key: string | undefined;
  readonly home: string;
}

interface KnownKeys {
  readonly certificateKey: NoteVerifier | undefined;
  readonly ledgerKey: NoteVerifier | undefined;
}

/**
 * Checks a certificate file and says what it certifies. Nothing is sent anywhere.
 *
 * @throws EvidenceError `certificate-invalid` where anything does not hold; CofferError `refused` where all parts agree but no
 *   key is known to check the issuer with; UsageError where `--key` is no verifier
 *   key or the file is a folder
 */
export async function runCertificateVerify(reporter: Reporter, options: CertificateVerifyOptions): Promise<void> {
  const keys = await knownKeys(options);
  const report = verifyCertificateFile(await readCertificate(options.file), keys.certificateKey, keys.ledgerKey);
  for (const line of contentOf(report)) reporter.event(line.type, line.fields, line.text);
  if (report.issuer === 'unverified') {
    throw new CofferError(
      'refused',
      'unverified issuer: the parts of this file agree with each other, but no key is known to check who made it, and anyone ' +
        'could have. Give the certificate key of the deployment with --key, or the --home that has logged in there.',
      { fields: { issuer: 'unverified', ledger: report.ledger } },
    );
  }
  if (report.ledger === 'unverified') {
    reporter.warn(
      'ledger-unverified',
      "the ledger's key is not known here: that the ledger recorded this certificate was not checked.",
    );
  }
  reporter.summary(figuresOf(report), sentenceOf(report));
}

/** `--key` decides about the issuer; the ledger's key is known only for the deployment that this device has pinned. */
async function knownKeys({ key, home }: CertificateVerifyOptions): Promise<KnownKeys> {
  const known = await findDeployment(new HomeDirectory(home));
  if (key === undefined) return { certificateKey: known?.certificateKey, ledgerKey: known?.ledgerKey };
  const certificateKey = parseKey(key);
  const isPinned = known !== undefined && encodeVerifierKey(known.certificateKey) === encodeVerifierKey(certificateKey);
  return { certificateKey, ledgerKey: isPinned ? known.ledgerKey : undefined };
}

function parseKey(key: string): NoteVerifier {
  try {
    return parseVerifierKey(key.trim());
  } catch (error) {
    if (error instanceof EvidenceError) {
      throw new UsageError(`--key takes the certificateKey of a deployment.json: ${error.message}.`);
    }
    throw error;
  }
}

async function readCertificate(file: string): Promise<Uint8Array> {
  // One byte more than a certificate may have is enough to refuse it.
  if ((await requireFile(file)) > certificateFileMaximumBytes) {
    throw new EvidenceError('certificate-invalid', 'too-large', 'the file is too large to be a certificate');
  }
  return readFile(file);
}

interface ContentLine {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function contentOf({ body, objectNames, retainedNames }: CertificateReport): readonly ContentLine[] {
  const gone = body.objects.map((object, index): ContentLine => {
    const { provider, version, kind, sizeBytes, outcome } = object;
    const name = objectNames[index]!;
    const deletedAt = object.deletedAtMs === null ? null : toRfc3339(object.deletedAtMs);
    const when = deletedAt === null ? 'was already gone' : `deleted ${deletedAt}`;
    return {
      type: 'object',
      fields: { provider, name, version, kind, sizeBytes, outcome, deletedAt },
      text: `gone      ${provider}  ${printable(name)}  ${kind}  ${formatBytes(sizeBytes)}  ${when}`,
    };
  });
  const left = body.retained.map((copy, index): ContentLine => {
    const { provider, version, kind, sizeBytes, reason } = copy;
    const name = retainedNames[index]!;
    const until = copy.untilMs === null ? null : toRfc3339(copy.untilMs);
    return {
      type: 'retained',
      fields: { provider, name, version, kind, sizeBytes, reason, until },
      text: `STILL THERE  ${provider}  ${printable(name)}  ${kind}  ${formatBytes(sizeBytes)}  ${reason}${until === null ? '' : ` ${until}`}`,
    };
  });
  return [...gone, ...left];
}

function figuresOf(report: CertificateReport): SummaryFields {
  const { body } = report;
  return {
    issuer: report.issuer,
    ledger: report.ledger,
    issuerName: report.issuerName,
    vaultId: toBase64Url(body.vaultId),
    purgeId: body.purgeId,
    startedAt: toRfc3339(body.startedAtMs),
    finishedAt: toRfc3339(body.finishedAtMs),
    recordedAt: toRfc3339(report.recordedAtMs),
    objects: body.objects.length,
    bytes: body.objects.reduce((sum, object) => sum + object.sizeBytes, 0),
    retained: body.retained.length,
    listings: body.listings.length,
    leafIndex: report.leafIndex,
    treeSize: report.treeSize,
    bodyHash: toBase64Url(report.bodyHash),
  };
}

function sentenceOf(report: CertificateReport): string {
  const { body } = report;
  const bytes = body.objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  const left =
    body.retained.length === 0 ? 'none is left' : `${formatCount(body.retained.length)} still there, named above`;
  return (
    `Verified: ${formatCount(body.objects.length)} plaintext objects (${formatBytes(bytes)}) are gone, ${left}; ` +
    `finished ${toRfc3339(body.finishedAtMs)}, signed by ${report.issuerName}.`
  );
}
