import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface VerifyOptions extends CommonOptions {
  readonly key?: string;
}

/** `coffer certificate verify`. */
export const registerCertificate: Register = (program, context) => {
  const certificate = program.command('certificate').description('deletion certificates of a purge');
  certificate
    .command('verify')
    .description('check a deletion certificate off-line: signature, ledger and names')
    .argument('<file>', 'the certificate file')
    .option('--key <key>', "the deployment's certificate key (name+hash+base64); else the one that this device knows")
    .addHelpText('after', '\nExample:\n  coffer certificate verify certificate.json')
    .action(async (file: string, { key, home }: VerifyOptions) => {
      const { runCertificateVerify } = await import('../certificate/run-certificate-verify');
      await runCertificateVerify(context.reporter, { file, key, home: readConfig(home).home });
    });
};
