/** What CloudFormation sends to the function of a custom resource (AWS CloudFormation User Guide, "Custom resource request objects"). */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** Presigned address that takes the answer, for an hour. Who knows it can answer: it belongs in no log. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  /** Absent in `Create`. */
  readonly PhysicalResourceId?: string;
  /** Scalars arrive as strings. */
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  /** In `Update` only. */
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** What became of a request. */
export type Outcome =
  | {
      readonly status: 'SUCCESS';
      readonly physicalResourceId: string;
      readonly data: Readonly<Record<string, string>>;
    }
  | { readonly status: 'FAILED'; readonly physicalResourceId: string; readonly reason: string };
