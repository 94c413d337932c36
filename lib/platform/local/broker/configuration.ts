import { defaultMessageSize } from '../../config/message-limits.ts';
import type { CertificateFiles } from './certificates.ts';
import type { BrokerPorts } from './ports.ts';

export interface Credentials {
  username: string;
  password: string;
}

/**
 * The text of rabbitmq.conf: everything on one address, plain and TLS, one administrator.
 *
 * @param address the one that listens: loopback, or in a container all of the container's
 * @param settings more keys, or other values for keys set here
 * @throws Error where a value cannot be written in RabbitMQ's format
 */
export function rabbitmqConf(
  address: '127.0.0.1' | '0.0.0.0',
  ports: BrokerPorts,
  tls: CertificateFiles,
  admin: Credentials,
  settings: Record<string, string> = {},
): string {
  const entries: Record<string, string> = {
    'listeners.tcp.1': `${address}:${ports.amqp}`,
    'listeners.ssl.1': `${address}:${ports.amqps}`,
    'ssl_options.cacertfile': tls.caFile,
    'ssl_options.certfile': tls.certificateFile,
    'ssl_options.keyfile': tls.keyFile,
    'ssl_options.verify': 'verify_none',
    'ssl_options.fail_if_no_peer_cert': 'false',
    'ssl_options.versions.1': 'tlsv1.3',
    'ssl_options.versions.2': 'tlsv1.2',
    'management.tcp.ip': address,
    'management.tcp.port': String(ports.managementHttp),
    'management.ssl.ip': address,
    'management.ssl.port': String(ports.management),
    'management.ssl.cacertfile': tls.caFile,
    'management.ssl.certfile': tls.certificateFile,
    'management.ssl.keyfile': tls.keyFile,
    default_user: admin.username,
    default_pass: admin.password,
    'default_user_tags.administrator': 'true',
    'default_permissions.configure': '.*',
    'default_permissions.read': '.*',
    'default_permissions.write': '.*',
    // What Amazon MQ sets on its 4.x brokers (resource limits page of its developer guide); RabbitMQ's own default is 16 MiB.
    max_message_size: String(defaultMessageSize),
    // Management figures are then a second old instead of five.
    collect_statistics_interval: '1000',
    'disk_free_limit.absolute': '50MB',
    'vm_memory_high_watermark.absolute': '2GB',
    'log.file.level': 'info',
    'log.console': 'false',
    ...settings,
  };
  return Object.entries(entries)
    .map(([key, value]) => `${key} = ${writable(key, value)}\n`)
    .join('');
}

function writable(key: string, value: string): string {
  if (/[#\n\r]/.test(value) || value.trim() !== value || value === '') {
    const shown = key === 'default_pass' ? '(the password)' : JSON.stringify(value);
    throw new Error(
      `${key} is ${shown}; rabbitmq.conf takes no "#", line break, or blank at either end, and no empty value`,
    );
  }
  return value;
}

/**
 * What can be set in advanced.config only. A quorum queue tells its figures every 5 s by default, which is too long to wait on a developer's machine.
 *
 * At-least-once dead-lettering that met a refused or unroutable copy tries again only after this timeout, 180 s by default
 * (`rabbit_fifo_dlx_worker.erl`).
 */
export const advancedConfig =
  '[{rabbit, [{quorum_tick_interval, 1000}, {dead_letter_worker_publisher_confirm_timeout, 2000}]}].\n';

/** Of the plugins that Amazon MQ offers, those that something in this template uses. */
export const enabledPlugins = '[rabbitmq_management,rabbitmq_consistent_hash_exchange].\n';
