import { say, secondsSince, withProgress } from './progress.js';
import { run } from './run.js';

/**
 * An image that a container engine of this machine may run, of a version of RabbitMQ.
 * @typedef {{ version: string, image: string, engine: string, isPulled: boolean }} WantedImage
 */

/**
 * Pulls what is not there yet.
 *
 * @param {WantedImage[]} images
 * @returns {Promise<{ usable: boolean, unavailable: string[] }>} whether there is one to work with, and a line for each that cannot be had
 */
export async function pullImages(images) {
  /** @type {string[]} */
  const unavailable = [];
  for (const { version, image, engine, isPulled } of images) {
    if (isPulled) continue;
    const startedAt = Date.now();
    try {
      await withProgress(() => `RabbitMQ ${version}: ${engine} pull ${image}`, run(engine, ['pull', '--quiet', image]));
      say(`RabbitMQ ${version}: ${image} pulled with ${engine} (${secondsSince(startedAt)})`);
    } catch (error) {
      const reason = /** @type {Error} */ (error).message;
      say(`RabbitMQ ${version} cannot be had: ${reason}`);
      unavailable.push(`RabbitMQ ${version} as ${image}: ${reason}`);
    }
  }
  return { usable: images.length > unavailable.length, unavailable };
}
