import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface CertificateFiles {
  /** The test CA; what clients must trust. */
  caFile: string;
  certificateFile: string;
  /** Readable by the owner only. */
  keyFile: string;
}

/** A CA of its own for every call and a server certificate under it for `localhost` and `127.0.0.1`, both valid for a year. */
export async function writeTestCertificates(directory: string): Promise<CertificateFiles> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ca = await generate([{ name: 'commonName', value: 'Test CA of a local RabbitMQ' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });

  const files = {
    caFile: join(directory, 'ca.pem'),
    certificateFile: join(directory, 'server.pem'),
    keyFile: join(directory, 'server-key.pem'),
  };
  writeFileSync(files.caFile, ca.cert);
  writeFileSync(files.certificateFile, server.cert);
  writeFileSync(files.keyFile, server.private, { mode: 0o600 });
  return files;
}
