import type { Environment } from '../config/environment.ts';
import { InvalidConfigurationError, validateEnvironment } from '../config/validation/validate-environment.ts';
import type { Application } from './application.ts';
import { valueProblems } from './value-problems.ts';

/**
 * An environment with what the application's consumers need in every one; what the environment sets for a consumer counts more.
 * @throws InvalidConfigurationError for settings that are out of their limits, and for variables and secrets that are missing or that no consumer uses
 */
export const environmentOf = (app: Application, environment: Environment): Environment => {
  const problems = [...valueProblems(app, environment)];
  if (problems.length > 0) throw new InvalidConfigurationError(environment.name, problems);
  const ofApp = Object.entries(app.consumers).flatMap(([name, { settings }]) => (settings ? [[name, settings]] : []));
  if (ofApp.length === 0) return environment;
  const consumers: Record<string, Environment['consumers'][string]> = Object.fromEntries(ofApp);
  for (const [name, settings] of Object.entries(environment.consumers))
    consumers[name] = { ...consumers[name], ...settings };
  const whole = { ...environment, consumers };
  validateEnvironment(whole);
  return whole;
};
