export type { BrokerSettings } from '../config/broker-settings.ts';
export type { CircuitBreakerSettings } from '../config/circuit-breaker-settings.ts';
export { defaultCircuitBreaker } from '../config/circuit-breaker-settings.ts';
export type {
  ConsumerSettings,
  DataSettings,
  Environment,
  HttpApiAuthorization,
  HttpApiSettings,
} from '../config/environment.ts';
export type { EnvironmentFor } from '../config/environment-for.ts';
export type { MessageFilter } from '../config/message-filter.ts';
export type { AlarmSettings, MonitoringSettings } from '../config/monitoring-settings.ts';
export { defaultAlarms } from '../config/monitoring-settings.ts';
export type { NetworkSettings } from '../config/network-settings.ts';
export type { RetrySettings } from '../config/retry-settings.ts';
export { defaultRetrySettings } from '../config/retry-settings.ts';
export type { SecretReference } from '../config/secret-reference.ts';
