import { createHash } from 'node:crypto';
import { arn } from '../assembly/pseudo-parameters.ts';
import { UnsupportedError } from '../assembly/template.ts';
import { drop, type InvokePermission } from '../machine.ts';
import { LocalSchedule } from '../schedule/local-schedule.ts';
import { rateMilliseconds } from '../schedule/rate.ts';
import { physicalName } from './physical-name.ts';
import { checkProperties, nameOf, type ResourceType, stringProperty } from './resource-type.ts';

const knownTargetMembers = ['Arn', 'Id', 'Input', 'RetryPolicy'];

/** A rule that invokes functions at a rate. Event patterns, `cron` and other targets than functions are not supported. */
const createRule: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['Name', 'ScheduleExpression', 'State', 'Targets'],
    ignored: ['Description', 'Tags'],
  });
  const { machine, properties, stack, logicalId } = request;
  const name = typeof properties.Name === 'string' ? properties.Name : physicalName(stack.name, logicalId, 64);
  const ruleArn = arn('events', `rule/${name}`);
  const expression = stringProperty(request, 'ScheduleExpression');
  const everyMilliseconds = rateMilliseconds(expression);
  if (everyMilliseconds === undefined)
    throw new UnsupportedError(
      `${nameOf(request)}: ScheduleExpression is ${expression}; only rates such as rate(5 minutes) run on this machine`,
    );
  const state = stringProperty(request, 'State', 'ENABLED');
  if (state !== 'ENABLED' && state !== 'DISABLED')
    throw new UnsupportedError(`${nameOf(request)}: State is ${state}; ENABLED and DISABLED are known on this machine`);
  const targets = ((properties.Targets ?? []) as unknown as readonly Record<string, unknown>[]).map((target) => {
    const unknown = Object.keys(target).filter((member) => !knownTargetMembers.includes(member));
    if (unknown.length > 0)
      throw new UnsupportedError(`${nameOf(request)}: ${unknown.join(', ')} of a target has no effect on this machine`);
    return { input: target.Input, invoked: machine.findFunction(String(target.Arn), nameOf(request)) };
  });
  const made: LocalSchedule[] = [];
  for (const { input, invoked } of targets) {
    const schedule = new LocalSchedule(
      {
        ruleArn,
        everyMilliseconds,
        ...(typeof input === 'string' && { input }),
        isPermitted: () => machine.permits(invoked, 'events.amazonaws.com', ruleArn),
      },
      invoked,
      machine.services.emit,
    );
    made.push(schedule);
    machine.schedules.push(schedule);
    if (state === 'ENABLED') schedule.start();
  }
  const remove = (): void => {
    for (const schedule of made) {
      schedule.stop();
      drop(machine.schedules, schedule);
    }
  };
  return { physicalId: name, attributes: { Arn: ruleArn }, remove };
};

/** Who may invoke a function beside its mappings. Rules ask for it. */
const createPermission: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['Action', 'FunctionName', 'Principal', 'SourceArn'],
    ignored: ['SourceAccount', 'EventSourceToken', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl', 'PrincipalOrgID'],
  });
  const { machine, properties, stack, logicalId } = request;
  const invoked = machine.findFunction(stringProperty(request, 'FunctionName'), nameOf(request));
  const permission: InvokePermission = {
    functionName: invoked.name,
    principal: stringProperty(request, 'Principal'),
    ...(typeof properties.SourceArn === 'string' && { sourceArn: properties.SourceArn }),
  };
  if (properties.Action === 'lambda:InvokeFunction') machine.permissions.push(permission);
  const id = `permission-${createHash('sha256').update(`${stack.name}/${logicalId}`).digest('hex').slice(0, 17)}`;
  return { physicalId: id, attributes: { Id: id }, remove: () => drop(machine.permissions, permission) };
};

export const scheduleTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Events::Rule': createRule,
  'AWS::Lambda::Permission': createPermission,
};
