import type { DescribeBrokerResponse } from '@aws-sdk/client-mq';

/** Something that whoever runs the broker should know. */
export interface Finding {
  /** `act`: something is wrong or waits for a decision; `note`: it will change by itself or is a choice. */
  readonly level: 'act' | 'note';
  readonly text: string;
}

export interface HealthContext {
  /** Versions that Amazon MQ sells, such as `4.2` and `4.3`, in any order. */
  readonly sold: readonly string[];
}

const byVersion = (left: string, right: string): number => {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[1] ?? 0) - (b?.[1] ?? 0);
};

const seriesOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** What there is to say about a broker, from what Amazon MQ describes. An empty list: running, up to date, nothing pending. */
export const brokerFindings = (broker: DescribeBrokerResponse, { sold }: HealthContext): readonly Finding[] => [
  ...stateFindings(broker),
  ...pendingFindings(broker),
  ...versionFindings(broker, sold),
  ...exposureFindings(broker),
];

const stateFindings = ({ BrokerState, ActionsRequired = [] }: DescribeBrokerResponse): Finding[] => [
  ...(BrokerState === 'RUNNING'
    ? []
    : [
        {
          level: BrokerState === 'CREATION_IN_PROGRESS' || BrokerState === 'REBOOT_IN_PROGRESS' ? 'note' : 'act',
          text: `the broker is ${BrokerState}`,
        } as const,
      ]),
  ...ActionsRequired.map(
    ({ ActionRequiredCode = 'an action', ActionRequiredInfo }): Finding => ({
      level: 'act',
      text: `Amazon MQ requires ${ActionRequiredCode}${ActionRequiredInfo ? `: ${ActionRequiredInfo}` : ''}`,
    }),
  ),
];

/** Changes that Amazon MQ has taken and not carried out: they wait for a restart. */
const pendingFindings = (broker: DescribeBrokerResponse): Finding[] => {
  const { Pending, Current } = broker.Configurations ?? {};
  const changes = [
    ...(Pending
      ? [
          `configuration ${Pending.Id} revision ${Pending.Revision}` +
            (Current ? ` (in force: ${Current.Id} revision ${Current.Revision})` : ''),
        ]
      : []),
    ...(broker.PendingEngineVersion ? [`engine version ${broker.PendingEngineVersion}`] : []),
    ...(broker.PendingHostInstanceType ? [`instance type ${broker.PendingHostInstanceType}`] : []),
    ...(broker.PendingSecurityGroups?.length ? [`security groups ${broker.PendingSecurityGroups.join(', ')}`] : []),
    ...(broker.PendingAuthenticationStrategy ? [`authentication ${broker.PendingAuthenticationStrategy}`] : []),
  ];
  const window = broker.MaintenanceWindowStartTime;
  const when = window
    ? `the maintenance window, ${window.DayOfWeek} ${window.TimeOfDay} ${window.TimeZone ?? 'UTC'}`
    : 'the next maintenance window';
  return changes.map((change) => ({
    level: 'note',
    text: `${change} takes effect with a restart: in ${when}, or now with "aws mq reboot-broker --broker-id ${broker.BrokerId}"`,
  }));
};

const versionFindings = ({ EngineVersion = '' }: DescribeBrokerResponse, sold: readonly string[]): Finding[] => {
  const series = seriesOf(EngineVersion);
  const known = [...new Set(sold.map(seriesOf))].sort(byVersion);
  if (known.length === 0) return [];
  const newer = known.filter((version) => byVersion(version, series) > 0);
  if (!known.includes(series))
    return [
      {
        level: 'act',
        text: `RabbitMQ ${EngineVersion} is no longer sold (${known.join(', ')} are): Amazon MQ upgrades it on a date of its own choosing`,
      },
    ];
  // One step at a time: 3.13 goes to 4.2, 4.2 to 4.3.
  return newer.length > 0
    ? [{ level: 'note', text: `RabbitMQ ${EngineVersion} can be upgraded to ${newer[0]}; see docs/deploy.md` }]
    : [];
};

const exposureFindings = ({ PubliclyAccessible, AutoMinorVersionUpgrade, Logs }: DescribeBrokerResponse): Finding[] => [
  ...(PubliclyAccessible ? [{ level: 'act', text: 'the broker is reachable from the internet' } as const] : []),
  ...(AutoMinorVersionUpgrade === false
    ? [{ level: 'act', text: 'the broker gets no patches (AutoMinorVersionUpgrade)' } as const]
    : []),
  ...(Logs?.General ? [] : [{ level: 'act', text: 'the broker is not logged (Logs.General)' } as const]),
];
