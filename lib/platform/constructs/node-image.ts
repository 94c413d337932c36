import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AssetImage,
  type ContainerDefinition,
  ContainerImage,
  type ContainerImageConfig,
  CpuArchitecture,
} from 'aws-cdk-lib/aws-ecs';
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { projectRoot } from '../project-root.ts';
import { bundleProgram } from './bundle/bundle.ts';

/** No `RUN`: whatever machine builds it, it needs no emulation of the processor that it is for. */
const dockerfile = `FROM public.ecr.aws/docker/library/node:24-slim
WORKDIR /app
COPY . .
USER node
CMD ["node", "--enable-source-maps", "index.mjs"]
`;

/**
 * The image of a program of this repository: a bundle of it and of what it imports, doors and packages included, on Node.js. The synthesis needs no Docker;
 * `cdk deploy` builds the image, for the processor of the task definition. It changes only when the bundle does.
 *
 * @param entry path of the program from the project's folder, such as `services/shop/main.ts`
 * @throws MissingProgramError once a container has it
 */
export const nodeImage = (entry: string): ContainerImage => new NodeImage(resolve(projectRoot, entry));

class NodeImage extends ContainerImage {
  readonly #entry: string;

  constructor(entry: string) {
    super();
    this.#entry = entry;
  }

  override bind(scope: Construct, container: ContainerDefinition): ContainerImageConfig {
    const { taskDefinition } = container;
    const isArm = taskDefinition.runtimePlatform?.cpuArchitecture === CpuArchitecture.ARM64;
    const folder = mkdtempSync(join(tmpdir(), 'image-'));
    try {
      writeFileSync(join(folder, 'Dockerfile'), dockerfile);
      if (Stack.of(scope).bundlingRequired) bundleProgram(this.#entry, folder);
      // It is copied into the assembly at once.
      const image = new AssetImage(folder, { platform: isArm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64 });
      const bound = image.bind(scope, container);
      Validations.of(taskDefinition.obtainExecutionRole()).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ECR knows no narrower resource for ecr:GetAuthorizationToken.',
      });
      return bound;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
