// What one processor of this machine does at most, by OpenSSL: what the engine's figures are to be read beside.
import { spawnSync } from 'node:child_process';

const measured = [
  { name: 'AES-256-GCM, 16 KiB', args: ['-evp', 'aes-256-gcm'] },
  { name: 'SHA-256, 16 KiB', args: ['-evp', 'sha256'] },
];

/** @returns {{name: string, megabytesPerSecond: number}[]} empty where there is no `openssl` */
export function processorLimits() {
  return measured.flatMap(({ name, args }) => {
    const options = ['speed', '-seconds', '1', '-bytes', '16384', '-mr', ...args];
    const { status, stdout } = spawnSync('openssl', options, { encoding: 'utf8' });
    // +F:22:AES-256-GCM:5700000000.00, bytes a second
    const bytes = Number(/^\+F:.*:([\d.]+)$/m.exec(stdout ?? '')?.[1]);
    return status === 0 && bytes > 0 ? [{ name, megabytesPerSecond: Math.round(bytes / 1e6) }] : [];
  });
}
