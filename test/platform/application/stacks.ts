import {
  Cluster,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { type AddStacks, nodeImage } from '#stacks';
import type { app } from './app.ts';

export const addStacks: AddStacks<typeof app> = (platform) => {
  const { terminationProtection, logRetentionDays } = platform.environment;
  const stack = new Stack(platform.app, platform.stackName('shop'), { terminationProtection });
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
    cluster: new Cluster(stack, 'Cluster', { vpc: platform.vpc, containerInsightsV2: ContainerInsights.ENABLED }),
    taskDefinition,
    vpcSubnets: platform.subnets,
    desiredCount: 2,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
  });
  platform.publisher('shop').connectService(service, { tasks: 4 });
};
