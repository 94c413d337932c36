import { delimiter, join } from 'node:path';
import type { BrokerPorts } from './ports.ts';
import type { InstalledServer } from './servers.ts';

/** Where a private node keeps its files; all inside one folder. */
export function nodeFiles(directory: string) {
  return {
    home: join(directory, 'home'),
    cookie: join(directory, 'home/.erlang.cookie'),
    configuration: join(directory, 'rabbitmq.conf'),
    advancedConfiguration: join(directory, 'advanced.config'),
    enabledPlugins: join(directory, 'enabled_plugins'),
    data: join(directory, 'data'),
    log: join(directory, 'log'),
    console: join(directory, 'log/console.log'),
    certificates: join(directory, 'tls'),
  };
}

/**
 * The whole environment of a private, unprivileged node: it neither reads nor writes a file outside of its folder,
 * whatever configuration the system or the caller's environment holds for another RabbitMQ.
 *
 * @param inherited only PATH, the locale and the temporary folder are taken from it
 */
export function nodeEnvironment(
  installation: InstalledServer,
  directory: string,
  nodeName: string,
  ports: BrokerPorts,
  inherited: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const files = nodeFiles(directory);
  const path = inherited.PATH || '/usr/local/bin:/usr/bin:/bin';
  return {
    PATH: installation.path === '' ? path : installation.path + delimiter + path,
    LANG: 'C.UTF-8',
    ...(inherited.TMPDIR ? { TMPDIR: inherited.TMPDIR } : {}),
    HOME: files.home,
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_MNESIA_BASE: files.data,
    RABBITMQ_MNESIA_DIR: join(files.data, 'node'),
    RABBITMQ_LOG_BASE: files.log,
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_CONFIG_FILE: files.configuration,
    RABBITMQ_ADVANCED_CONFIG_FILE: files.advancedConfiguration,
    RABBITMQ_ENABLED_PLUGINS_FILE: files.enabledPlugins,
    RABBITMQ_PLUGINS_EXPAND_DIR: join(directory, 'expand'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(directory, 'schema'),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP_SECONDS: '0',
    // The stock script then replaces itself by the Erlang machine, so that the process started is the broker.
    detached: '1',
  };
}
