// The environment of every test file: it gives an acceptance test the broker of its version and, within a run, each file a temporary folder of its
// own; it explains failures, and measures.

import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import type { BrokerAddress } from './broker-address.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { explanationsOf } from './explain-failures.ts';

export interface MeasuredFile {
  readonly path: string;
  readonly project: string;
  /** Of the worker while the file ran, and of the processes that it started and that have ended. The runner's brokers are not in it. */
  readonly cpuSeconds: number;
}

/** Lines of JSON in the runner's folder, one for each test file. */
export const measurements = 'measurements.ndjson';

export default class Environment extends TestEnvironment {
  readonly #path: string;
  readonly #project: string;
  readonly #begun = cpuSeconds();
  /** Of all test files. */
  readonly #folders = tmpdir();
  #folder: string | undefined;
  #hasRun = false;

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    this.#path = context.testPath;
    this.#project = config.projectConfig.displayName?.name ?? '';
    const { version } = config.projectConfig.testEnvironmentOptions;
    const brokers = JSON.parse(process.env.TEST_BROKERS ?? '[]') as BrokerAddress[];
    // The test file has a `process.env` of its own.
    if (brokers.length > 0)
      this.global.process.env.TEST_BROKERS = JSON.stringify(brokers.filter((broker) => broker.version === version));
  }

  override async setup(): Promise<void> {
    await super.setup();
    if (process.env.TEST_SCRATCH === undefined) return;
    this.#folder = mkdtempSync(join(this.#folders, `${basename(this.#path, '.test.ts')}-`));
    // Node asks the variable of the worker; programs that tests start get that of the test file.
    process.env.TMPDIR = this.#folder;
    this.global.process.env.TMPDIR = this.#folder;
  }

  handleTestEvent(event: Circus.Event): void {
    if (event.name === 'hook_start' || event.name === 'test_fn_start') this.#hasRun = true;
    const failed = event.name === 'test_done' && event.test.errors.length > 0 ? event.test.name : undefined;
    const hook = event.name === 'hook_failure' ? event.hook.type : undefined;
    if (failed === undefined && hook === undefined) return;
    const text = explanationsOf(this.global)
      .map((explain) => explain())
      .filter((each) => each !== '')
      .join('\n');
    if (text !== '')
      process.stderr.write(`\nwhat happened before "${failed ?? hook}" of ${this.#path} failed:\n${text}\n`);
  }

  override async teardown(): Promise<void> {
    await super.teardown();
    this.#clearUp();
    const { TEST_SCRATCH } = process.env;
    if (TEST_SCRATCH === undefined) return;
    const file: MeasuredFile = { path: this.#path, project: this.#project, cpuSeconds: cpuSeconds() - this.#begun };
    appendFileSync(join(TEST_SCRATCH, measurements), `${JSON.stringify(file)}\n`);
  }

  /** What tests leave behind stays for the runner to find. Where all are skipped, so is the hook that would have removed what the file made when it was loaded. */
  #clearUp(): void {
    if (this.#folder === undefined) return;
    process.env.TMPDIR = this.#folders;
    if (!this.#hasRun || readdirSync(this.#folder).length === 0) rmSync(this.#folder, { recursive: true });
  }
}
