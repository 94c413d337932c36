import { AssemblyError, type TemplateResource, UnsupportedError } from './assembly/template.ts';

/** A resource of the assembly that is not in the run, because this machine cannot run it, or something that it needs. */
export interface LeftOut {
  readonly stack: string;
  readonly logicalId: string;
  readonly resourceType: string;
  /** A sentence for people, down to the resource with which it begins. */
  readonly reason: string;
}

/** Something needs a resource that is left out. The message says why the resource is. */
export class NeedError extends UnsupportedError {}

/** Why a resource cannot be made, with its name. */
export const explained = (name: string, cause: Error): Error => {
  if (cause instanceof NeedError) return new NeedError(`${name} needs ${cause.message}`, { cause });
  const message = `${name}: ${cause.message}`;
  return cause instanceof UnsupportedError
    ? new UnsupportedError(message, { cause })
    : new AssemblyError(message, { cause });
};

/**
 * Whether a run without this resource would show something else than AWS: without the broker or a mapping that reads one of its queues there is nothing
 * to see. A function that cannot run here is missed by none but those who need it; one that can run is not to run without what it needs.
 */
export const isIndispensable = ({ Type, Properties }: TemplateResource, why: UnsupportedError): boolean =>
  Type === 'AWS::AmazonMQ::Broker' ||
  (Type === 'AWS::Lambda::EventSourceMapping' && Properties?.Queues !== undefined) ||
  (Type === 'AWS::Lambda::Function' && why instanceof NeedError && couldRun(Properties));

/** As far as its own properties go: the code is a file asset, and for Node.js. */
const couldRun = (properties: TemplateResource['Properties'] = {}): boolean => {
  const { Runtime, Code } = properties;
  return (
    JSON.stringify(Code ?? {}).includes('"S3Key"') && (typeof Runtime !== 'string' || Runtime.startsWith('nodejs'))
  );
};
