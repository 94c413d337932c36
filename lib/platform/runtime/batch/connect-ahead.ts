import type { ConsumerServices } from './batch.ts';

/**
 * Makes what connects to the broker before the first copy has to be published: at the end of the function's time, connecting would take longer
 * than what is left. However often it is called, it begins once; it costs nothing before that.
 */
export function connectAhead(publisher: ConsumerServices['publisher']): () => void {
  let hasBegun = false;
  return () => {
    if (hasBegun) return;
    hasBegun = true;
    // Nobody waits for it: whoever publishes asks again, and hears of what fails.
    publisher()
      .then((opened) => opened.warmUp?.())
      .catch(() => {});
  };
}
