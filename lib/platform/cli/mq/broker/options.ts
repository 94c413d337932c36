import type { BrokerQuery } from '../../../operations/broker-health/find-broker.ts';
import type { Project } from '../../project.ts';

export const healthOptions = {
  env: { type: 'string', default: 'dev' },
  name: { type: 'string' },
  broker: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export interface HealthValues {
  readonly env: string;
  readonly name?: string;
  readonly broker?: string;
  readonly json: boolean;
}

export const queryOf = ({ broker, env, name }: HealthValues, { app }: Project): BrokerQuery =>
  broker === undefined ? { application: name ?? app.name, environment: env } : { broker };
