import { dirname } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { bundleFunction, checkHandler } from './bundle.ts';

/** Name under which Lambda finds the handler of a bundle: export `handler` of `index.mjs`. */
export const bundledHandler = 'index.handler';

/**
 * The bundle of a handler file as a Lambda asset. Its hash is that of the output: a change that does not reach the bundle (a comment, a
 * test, another function) deploys nothing.
 *
 * @throws MissingHandlerError
 */
export const functionCode = (entry: string): AssetCode => {
  // CDK would say only that a folder is not there.
  checkHandler(entry);
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK asks for an image to fall back to; the local bundler below never falls back.
      image: DockerImage.fromRegistry('none'),
      command: [entry],
      local: {
        tryBundle: (outputDirectory) => {
          bundleFunction(entry, outputDirectory);
          return true;
        },
      },
    },
  });
};
