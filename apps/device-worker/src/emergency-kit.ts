import { deriveKeyId, formatDigits, formatKeyId, formatKitRows, type BackupKey } from '@coffer/device-crypto';
import { toRfc3339 } from '@coffer/foundation';
import { correction, generate } from 'lean-qr';
import { PdfPage } from './pdf-page';

const left = 56;
const qrSide = 150;
/** Quiet modules around the code (ISO/IEC 18004, 6.3.8). */
const quiet = 4;

/**
 * The emergency kit: the 64 digits in rows with their check letters and as a QR code, key id, server and date, and how to use it.
 * One page that a person prints or keeps; it is made in this device and goes nowhere else.
 *
 * @param portalUrl - where backups are opened
 */
export function makeEmergencyKit(backupKey: BackupKey, portalUrl: string, nowMs: number): Uint8Array<ArrayBuffer> {
  const page = new PdfPage();
  page.text({ x: left, y: 80 }, 'bold', 22, 'Emergency kit');
  page.text(
    { x: left, y: 104 },
    'text',
    11,
    'Whoever has this page can open your chat backups. Keep it where only you find it.',
  );
  page.text({ x: left, y: 150 }, 'bold', 12, 'Your 64-digit key');
  for (const [row, { groups, check }] of formatKitRows(backupKey).entries()) {
    page.text({ x: left, y: 182 + 30 * row }, 'text', 9, `${row + 1}`);
    page.text({ x: left + 22, y: 182 + 30 * row }, 'mono', 19, groups.join(' '));
    page.text({ x: left + 290, y: 182 + 30 * row }, 'mono', 19, check);
  }
  page.text(
    { x: left, y: 308 },
    'text',
    9.5,
    'The two letters at the end of a row find a typing error in it. They need not be typed.',
  );
  drawQr(page, { x: left, y: 340 }, formatDigits(backupKey).replaceAll(' ', '').toUpperCase());
  const facts = [
    ['Key id', formatKeyId(deriveKeyId(backupKey))],
    ['Open your backups at', portalUrl],
    ['Made on', toRfc3339(nowMs).slice(0, 10)],
  ] as const;
  for (const [index, [name, value]] of facts.entries()) {
    page.text({ x: left + qrSide + 36, y: 366 + 44 * index }, 'text', 9.5, name);
    page.text({ x: left + qrSide + 36, y: 384 + 44 * index }, 'bold', 12, value);
  }
  page.text({ x: left, y: 540 }, 'bold', 12, 'How to use it');
  for (const [index, line] of howTo.entries()) page.text({ x: left, y: 564 + 20 * index }, 'text', 11, line);
  return page.bytes('Coffer emergency kit');
}

const howTo = [
  '1. Sign in at the address above, choose the backup, and then "64-digit key".',
  '2. Type the digits, or scan the code and paste them. They may be tried as often as you like.',
  '3. On the command line: coffer unlock, and the digits when it asks for them.',
  'The key id is no secret. It tells a wrong key from a mistyped one.',
  'If this page is lost and no password or passkey is left, nobody can open the backups: not even',
  'whoever runs the service. If somebody else may have seen it, replace the key (safety page).',
];

/** Upper case: the code is smaller for it, and case does not count. */
function drawQr(page: PdfPage, at: { readonly x: number; readonly y: number }, content: string): void {
  const code = generate(content, { minCorrectionLevel: correction.M });
  const side = qrSide / (code.size + 2 * quiet);
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (code.get(x, y)) page.fill({ x: at.x + (x + quiet) * side, y: at.y + (y + quiet) * side }, side, side);
    }
  }
}
