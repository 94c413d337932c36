import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeTestCertificates } from '../../../../lib/platform/local/broker/certificates.ts';

const scratch = mkdtempSync(join(tmpdir(), 'certificates-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const read = (file: string) => new X509Certificate(readFileSync(file));

describe('test certificates', () => {
  it('are a server certificate for this machine under a CA of its own', async () => {
    const files = await writeTestCertificates(join(scratch, 'a'));
    const [ca, server] = [read(files.caFile), read(files.certificateFile)];
    expect(ca.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('example.test')).toBeUndefined();
  });

  it('keep the key from other users', async () => {
    const { keyFile } = await writeTestCertificates(join(scratch, 'b'));
    expect(statSync(keyFile).mode & 0o077).toBe(0);
  });

  it('are new each time, so that one run does not trust the broker of another', async () => {
    const [one, two] = [
      await writeTestCertificates(join(scratch, 'c')),
      await writeTestCertificates(join(scratch, 'd')),
    ];
    expect(read(one.certificateFile).verify(read(two.caFile).publicKey)).toBe(false);
  });
});
