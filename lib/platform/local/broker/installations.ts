import { type ContainerImage, pulledImages } from './container-images.ts';
import { findServers, type InstalledServer } from './servers.ts';

/** A RabbitMQ that an ordinary user can start here. */
export type Installation = InstalledServer | ContainerImage;

/** All of this machine: servers, newest first, then images of the versions that no server has. The first one is used where nothing else is asked for. */
export const findInstallations = (): Installation[] => [...findServers(), ...pulledImages()];

/** The first of `findInstallations()`. Asks a container engine only where there is no server. */
export const firstInstallation = (): Installation | undefined => findServers()[0] ?? pulledImages()[0];
