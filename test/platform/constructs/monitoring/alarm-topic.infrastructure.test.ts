import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { defaultAlarms, monitoringProblems } from '../../../../lib/platform/config/monitoring-settings.ts';
import { AlarmTopic } from '../../../../lib/platform/constructs/monitoring/alarm-topic.ts';
import { synthesized } from '../../stacks/synthesized.ts';

const templateFor = (email?: string | readonly string[]) => {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'monitoring');
  new AlarmTopic(stack, 'AlarmTopic', { email });
  return Template.fromStack(stack);
};

describe('the topic of alarms', () => {
  it('lets the alarms of its own account publish, although it has a policy of its own', () => {
    templateFor().hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  it('sends e-mails to whom the environment names', () => {
    const addresses = (template: Template) =>
      Object.values(template.findResources('AWS::SNS::Subscription')).map(({ Properties }) => Properties.Endpoint);
    expect(addresses(templateFor())).toEqual([]);
    expect(addresses(templateFor('a@example.com'))).toEqual(['a@example.com']);
    expect(addresses(templateFor(['a@example.com', 'b@example.com']))).toEqual(['a@example.com', 'b@example.com']);
  });

  it('does not take what is no address', () => {
    const problems = monitoringProblems({ alarms: { ...defaultAlarms, email: ['a@example.com', 'on-call'] } });
    expect(problems).toEqual(["monitoring.alarms.email is 'on-call', which is no e-mail address"]);
  });
});

describe('a deployment for production whose alarms nobody gets', () => {
  const warnings = (env: string, alarms: typeof defaultAlarms | 'none') => {
    const { stacks } = synthesized(env, { monitoring: { alarms } });
    return stacks.flatMap((stack) =>
      Annotations.fromStack(stack)
        .findWarning('*', Match.stringLikeRegexp('reaches anybody'))
        .map(({ entry }) => String(entry.data)),
    );
  };

  it('is warned about at synth, with the line to add', () => {
    for (const alarms of [defaultAlarms, 'none'] as const)
      expect(warnings('prod', alarms)).toEqual([
        expect.stringContaining("no alarm of 'prod' reaches anybody until somebody subscribes"),
      ]);
  });

  it('is not where somebody gets them, nor where nobody has to', () => {
    expect(warnings('prod', { ...defaultAlarms, email: 'on-call@example.com' })).toEqual([]);
    expect(warnings('dev', defaultAlarms)).toEqual([]);
  });
});
