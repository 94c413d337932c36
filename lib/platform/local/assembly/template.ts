/** Any value of a template. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, TemplateValue>>;
  readonly DependsOn?: string | readonly string[];
  /** Name of a condition: the resource exists only where it holds. */
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, TemplateValue>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
}

export interface TemplateOutput {
  readonly Value: TemplateValue;
  readonly Export?: { readonly Name: TemplateValue };
  readonly Condition?: string;
}

/** A CloudFormation template as CDK writes it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, TemplateValue>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, TemplateValue>>>>>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Rules?: unknown;
}

/** The template, or something it asks for, cannot be run on this machine. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
}

/** This machine cannot run a resource as AWS would. It is left out, unless something that runs needs it. */
export class UnsupportedError extends AssemblyError {}
