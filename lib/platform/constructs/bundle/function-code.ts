import { writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { AssetCode, type ResourceBindOptions } from 'aws-cdk-lib/aws-lambda';
import type { AssetOptions } from 'aws-cdk-lib/aws-s3-assets';
import { AssetHashType, type CfnResource, DockerImage } from 'aws-cdk-lib/core';
import { bundledConfiguration, bundledEntry } from '../../config/bundled-configuration.ts';
import { projectRoot } from '../../project-root.ts';
import { bundleFunction, checkHandler } from './bundle.ts';

/** Name under which Lambda finds the handler of a bundle: export `handler` of `index.mjs`. */
export const bundledHandler = 'index.handler';

/**
 * The bundle of a handler file as a Lambda asset. Its hash is that of the output: a change that does not reach the bundle (a comment, a
 * test, another function) deploys nothing.
 *
 * @param configuration goes into the bundle as `configuration.json`; must be known at synthesis
 * @throws MissingHandlerError
 */
export const functionCode = (entry: string, configuration?: unknown): AssetCode => {
  // CDK would say only that a folder is not there.
  checkHandler(entry);
  const json = configuration === undefined ? undefined : JSON.stringify(configuration);
  return new BundledCode(entry, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK asks for an image to fall back to; the local bundler below never falls back.
      image: DockerImage.fromRegistry('none'),
      // By this CDK tells bundles of one entry apart.
      command: json === undefined ? [entry] : [entry, json],
      local: {
        tryBundle: (outputDirectory) => {
          bundleFunction(entry, outputDirectory);
          if (json !== undefined) writeFileSync(join(outputDirectory, bundledConfiguration), json);
          return true;
        },
      },
    },
  });
};

/** Says in the assembly which handler file it is the bundle of, so that a local run can bundle that file anew. */
class BundledCode extends AssetCode {
  readonly #entry: string;

  constructor(entry: string, options: AssetOptions) {
    super(dirname(entry), options);
    this.#entry = entry;
  }

  override bindToResource(resource: CfnResource, options?: ResourceBindOptions): void {
    super.bindToResource(resource, options);
    resource.node.addMetadata(bundledEntry, relative(projectRoot, this.#entry).split(sep).join('/'));
  }
}
