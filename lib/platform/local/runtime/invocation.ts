/** Lambda's limit for the payload and for the response of a synchronous invocation: 6 MB. */
export const maximumPayloadBytes = 6 * 1024 * 1024;

/** What a failed invocation answers, in the shape of Lambda's own error payload. */
export interface FunctionError {
  /** Class name of the error, or Lambda's own: `Sandbox.Timedout`, `Runtime.ExitError`, `Runtime.ImportModuleError`, … */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationResult =
  | { readonly status: 'succeeded' /** The handler's JSON. */; readonly payload: string }
  | { readonly status: 'failed'; readonly error: FunctionError };

/** Lambda's wording for a function that ran into its timeout. */
export const timedOut = (requestId: string, timeoutSeconds: number): FunctionError => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
});

/** Lambda's wording for a runtime process that ended by itself. */
export const exited = (requestId: string, code: number | null, signal: NodeJS.Signals | null): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: ${
    signal
      ? `Runtime exited with error: signal: ${signal === 'SIGKILL' ? 'killed' : signal}`
      : code === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${code}`
  }`,
});
