import type { BrokerQuery } from '../../../operations/broker-health/find-broker.ts';

export const healthOptions = {
  env: { type: 'string', default: 'dev' },
  name: { type: 'string', default: 'events' },
  broker: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export interface HealthValues {
  readonly env: string;
  readonly name: string;
  readonly broker?: string;
  readonly json: boolean;
}

export const queryOf = ({ broker, env, name }: HealthValues): BrokerQuery =>
  broker === undefined ? { application: name, environment: env } : { broker };
