/** Values that attributes of a span may have here. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The part of OpenTelemetry's `Span` that is used. */
export interface Span {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

export interface SpanOptions {
  readonly kind: number;
  readonly attributes: Attributes;
  readonly links: {
    context: {
      readonly traceId: string;
      readonly spanId: string;
      readonly traceFlags: number;
      readonly isRemote: true;
    };
  }[];
}

/** The part of OpenTelemetry's `Tracer` that is used: what `trace.getTracer(name)` of `@opentelemetry/api` returns fits. */
export interface Tracer {
  startActiveSpan<Result>(name: string, options: SpanOptions, run: (span: Span) => Result): Result;
}

/** Numbers of `SpanKind` and `SpanStatusCode` in `@opentelemetry/api`. */
export const spanKindConsumer = 4;
export const spanStatusError = 2;
