import { spawnSync } from 'node:child_process';
import { findServers } from './servers.ts';

/** A RabbitMQ that Docker or Podman runs in a container. */
export interface ContainerImage {
  /** The series, such as `4.3`. */
  readonly version: string;
  readonly image: string;
  /** The program: `docker`, `podman`, or what `CONTAINER_ENGINE` names. */
  readonly engine: string;
}

/** The versions that Amazon MQ sells, newest first. The only place that names their images. */
export const images: Readonly<Record<string, string>> = {
  '4.3': 'docker.io/library/rabbitmq:4.3-management',
  '4.2': 'docker.io/library/rabbitmq:4.2-management',
  '3.13': 'docker.io/library/rabbitmq:3.13-management',
};

/** An engine that is stopped says so at once; one that starts may take long. */
const answerMilliseconds = 10_000;

/**
 * The container engine of this machine whose daemon answers.
 * @param choice program to use instead, or `none` @default `CONTAINER_ENGINE`; without it Docker, then Podman
 */
export const containerEngine = (choice = process.env.CONTAINER_ENGINE): string | undefined =>
  (choice ? [choice] : ['docker', 'podman']).find(
    (engine) => engine !== 'none' && succeeds(engine, 'version', '--format', '{{.Server.Version}}'),
  );

/** The images to use here, whether they have been pulled or not: of each version of which no server is on this machine. */
export const wantedImages = (): (ContainerImage & { readonly isPulled: boolean })[] => {
  const engine = containerEngine();
  if (engine === undefined) return [];
  const servers = findServers();
  return Object.entries(images)
    .filter(([series]) => !servers.some(({ version }) => version.startsWith(`${series}.`)))
    .map(([version, image]) => ({
      version,
      image,
      engine,
      isPulled: succeeds(engine, 'image', 'inspect', image),
    }));
};

/** The images that a container can be made of at once, newest first. */
export const pulledImages = (): ContainerImage[] =>
  wantedImages().flatMap(({ isPulled, ...image }) => (isPulled ? [image] : []));

/** Not there, not answering in time, and answering with an error are the same here: it cannot be used. */
const succeeds = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: answerMilliseconds }).status === 0;
