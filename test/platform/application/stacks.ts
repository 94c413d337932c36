import {
  Cluster,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { AddStacks } from '#stacks';
import { nodeImage } from '#stacks';
import type { app } from './app.ts';

/** The shop, which publishes from containers on Fargate. */
export const addStacks: AddStacks<typeof app> = (platform) => {
  const { terminationProtection, logRetentionDays } = platform.environment;
  const stack = new Stack(platform.app, platform.stackName('shop'), { terminationProtection });
  const cluster = new Cluster(stack, 'Cluster', {
    vpc: platform.vpc,
    containerInsightsV2: ContainerInsights.ENABLED,
  });
  const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
    cpu: 256,
    memoryLimitMiB: 512,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64 },
  });
  taskDefinition.addContainer('shop', {
    image: nodeImage('test/platform/application/services/shop/main.ts'),
    logging: LogDrivers.awsLogs({ streamPrefix: 'shop', logRetention: logRetentionDays }),
    stopTimeout: Duration.seconds(60),
  });
  const service = new FargateService(stack, 'Service', {
    cluster,
    taskDefinition,
    desiredCount: 2,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    vpcSubnets: platform.subnets,
  });
  platform.publisher('shop').connectService(service, { tasks: 4 });
};
