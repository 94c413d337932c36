import { type BuildContext, type BuildFailure, context } from 'esbuild';
import { OperatorError } from '../../config/operator-error.ts';
import { apartOptions, type Built, bundleOptions, checkHandler, leadsApart, writeBundle } from './bundle.ts';

/** A source that cannot be bundled: a syntax error, an import that leads nowhere. The message names file, line and column. */
export class BundleError extends OperatorError {
  override readonly name = 'BundleError';
}

type Kept = BuildContext<{ write: false; metafile: true }>;

/** Bundles handlers again and again while they are being edited. esbuild keeps what it has parsed, and parses only what has changed. */
export class Rebundler {
  readonly #contexts = new Map<string, Promise<Kept>>();

  /**
   * Does what `bundleFunction` does, without holding up anything else.
   * @throws MissingHandlerError, BundleError
   */
  async bundle(entry: string, folder: string): Promise<void> {
    checkHandler(entry);
    const built = await this.#build(entry, bundleOptions(entry));
    const separate = leadsApart(built) ? await this.#build('apart', apartOptions) : undefined;
    writeBundle(entry, folder, built, separate);
  }

  async stop(): Promise<void> {
    const contexts = await Promise.all(this.#contexts.values());
    await Promise.all(contexts.map((each) => each.dispose()));
  }

  async #build(name: string, options: typeof apartOptions): Promise<Built> {
    const known = this.#contexts.get(name) ?? context({ ...options, logLevel: 'silent' });
    this.#contexts.set(name, known);
    try {
      return await (await known).rebuild();
    } catch (error) {
      throw new BundleError((error as BuildFailure).errors.map(lineOf).join('\n'), { cause: error });
    }
  }
}

const lineOf = ({ location, text }: BuildFailure['errors'][number]): string =>
  location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text;
