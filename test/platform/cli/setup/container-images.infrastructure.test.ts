import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  containerEngine,
  images,
  pulledImages,
  wantedImages,
} from '../../../../lib/platform/local/broker/container-images.ts';
import { findServers } from '../../../../lib/platform/local/broker/servers.ts';

interface Image {
  readonly version: string;
  readonly image: string;
  readonly engine: string;
  readonly isPulled: boolean;
}
const { pullImages } = (await import('../../../../lib/platform/cli/setup/container-images.js' as string)) as {
  pullImages(images: readonly Image[]): Promise<{ usable: boolean; unavailable: string[] }>;
};

const scratch = mkdtempSync(join(tmpdir(), 'images-'));
const commands = join(scratch, 'commands');
afterAll(() => {
  delete process.env.CONTAINER_ENGINE;
  rmSync(scratch, { recursive: true });
});

/** A container engine that has one of the images, and cannot pull another. */
const engine = (name: string, answersVersion = true): string => {
  const file = join(scratch, name);
  writeFileSync(
    file,
    `#!/bin/sh
echo "$@" >> '${commands}'
case "$*" in
  version*) exit ${answersVersion ? 0 : 1} ;;
  'image inspect '*:4.2-management) exit 0 ;;
  'image inspect '*) exit 1 ;;
  pull*:3.13-management) echo 'Error response from daemon: no route to host' >&2; exit 1 ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return file;
};

describe('a container engine', () => {
  it('is used when its daemon answers, and not when it is stopped, not there or not wanted', () => {
    expect(containerEngine(engine('docker'))).toBe(join(scratch, 'docker'));
    expect(containerEngine(engine('stopped', false))).toBeUndefined();
    expect(containerEngine(join(scratch, 'nowhere'))).toBeUndefined();
    expect(containerEngine('none')).toBeUndefined();
  });

  it('has the versions that Amazon MQ sells, but for those of which there is a server', () => {
    process.env.CONTAINER_ENGINE = engine('docker');
    const covered = (version: string) => findServers().some((server) => server.version.startsWith(`${version}.`));
    expect(Object.keys(images)).toEqual(['4.3', '4.2', '3.13']);
    expect(wantedImages().map(({ version }) => version)).toEqual(Object.keys(images).filter((each) => !covered(each)));
    for (const { image } of wantedImages()) expect(Object.values(images)).toContain(image);
    expect(pulledImages().every(({ version }) => version === '4.2')).toBe(true);
    process.env.CONTAINER_ENGINE = 'none';
    expect(wantedImages()).toEqual([]);
  });
});

describe('the setup', () => {
  const wanted = (...versions: string[]): Image[] => {
    const program = engine('docker');
    return versions.map((version) => ({
      version,
      image: `rabbitmq:${version}-management`,
      engine: program,
      isPulled: version === '4.2',
    }));
  };

  it('pulls what is not there, and says what cannot be had', async () => {
    const some = wanted('4.3', '4.2', '3.13');
    writeFileSync(commands, '');
    await expect(pullImages(some)).resolves.toEqual({
      usable: true,
      unavailable: ['RabbitMQ 3.13 as rabbitmq:3.13-management: Error response from daemon: no route to host'],
    });
    expect(readFileSync(commands, 'utf8')).toBe(
      'pull --quiet rabbitmq:4.3-management\npull --quiet rabbitmq:3.13-management\n',
    );
  });

  it('has nothing to work with where nothing is wanted or can be pulled', async () => {
    await expect(pullImages([])).resolves.toEqual({ usable: false, unavailable: [] });
    await expect(pullImages(wanted('3.13'))).resolves.toMatchObject({ usable: false });
  });
});
