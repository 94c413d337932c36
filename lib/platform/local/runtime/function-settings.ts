/** A Lambda function as the template configures it. */
export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  /** Lambda's identifier, e.g. `nodejs24.x`. The process runs on the Node that runs this program, whatever it says. */
  readonly runtime: string;
  /** Folder of the unpacked code: `LAMBDA_TASK_ROOT` and working directory. */
  readonly code: string;
  /** `file.export`. */
  readonly handler: string;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240. */
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'JSON' | 'Text';
  readonly logLevel?: string;
}
