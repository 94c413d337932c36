import { describe, expect, it } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const dev = synthesized('dev');
const prod = synthesized('prod');
const queueMappings = ({ ofType }: typeof dev) =>
  ofType('AWS::Lambda::EventSourceMapping').filter(({ properties }) => 'Queues' in properties);

describe('a new version of a consumer', () => {
  it('gets a tenth of the batches for five minutes in prod, through an alias that its mapping invokes', () => {
    const aliases = prod.ofType('AWS::Lambda::Alias').map(({ logicalId }) => logicalId);
    expect(aliases).toHaveLength(queueMappings(prod).length);
    for (const { properties } of queueMappings(prod))
      expect(aliases.filter((alias) => JSON.stringify(properties.FunctionName).includes(`"${alias}"`))).toHaveLength(1);
    for (const { properties } of prod.ofType('AWS::CodeDeploy::DeploymentGroup'))
      expect(properties.DeploymentConfigName).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
  });

  it('is taken back when the function fails or messages are dead-lettered', () => {
    for (const { properties } of prod.ofType('AWS::CodeDeploy::DeploymentGroup')) {
      expect(properties.AutoRollbackConfiguration).toEqual({
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      });
      const { Alarms } = properties.AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] };
      const alarms = Alarms.map(({ Name }) =>
        prod.ofType('AWS::CloudWatch::Alarm').find((each) => each.logicalId === Name.Ref),
      );
      expect(alarms.map((alarm) => alarm?.properties.MetricName)).toEqual(['Errors', 'DeadLettered']);
    }
  });

  it('gets everything at once in dev', () => {
    expect(dev.ofType('AWS::Lambda::Alias')).toEqual([]);
    expect(dev.ofType('AWS::CodeDeploy::Application')).toEqual([]);
  });
});
