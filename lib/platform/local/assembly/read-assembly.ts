import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledEntry } from '../../config/bundled-configuration.ts';
import { AssemblyError, type Template } from './template.ts';

export interface AssemblyStack {
  /** Name that the stack has in CloudFormation. */
  readonly name: string;
  readonly template: Template;
  /** Absolute path of each file asset by its hash, which is also the stem of its S3 key. */
  readonly assets: ReadonlyMap<string, string>;
  /** Handler file of each function whose code is a bundle, relative to the project, by logical id. */
  readonly entries: ReadonlyMap<string, string>;
}

export interface Assembly {
  readonly directory: string;
  /** Those that others depend on come first. */
  readonly stacks: readonly AssemblyStack[];
}

/** By the path of a construct. */
type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

interface Artifact {
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
  };
}

const json = <Content>(file: string): Content => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content;
  } catch (cause) {
    throw new AssemblyError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

/**
 * Reads what `cdk synth` wrote.
 * @param directory usually `cdk.out`
 * @throws AssemblyError when there is no assembly, or it holds stages, which cannot run here
 */
export const readAssembly = (directory: string): Assembly => {
  const manifestFile = join(directory, 'manifest.json');
  if (!existsSync(manifestFile))
    throw new AssemblyError(`${manifestFile} does not exist; synthesize first: npm run synth`);
  const { artifacts = {} } = json<{ artifacts?: Record<string, Artifact> }>(manifestFile);
  const assets = new Map<string, string>();
  for (const [id, artifact] of Object.entries(artifacts)) {
    if (artifact.type === 'cdk:cloud-assembly')
      throw new AssemblyError(
        `${id} is a stage (nested cloud assembly); give its folder ${artifact.properties?.directoryName} instead`,
      );
    if (artifact.type === 'cdk:asset-manifest') readAssets(directory, artifact.properties?.file ?? '', assets);
  }
  const stacks: AssemblyStack[] = inOrder(artifacts)
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({
      name: artifact.properties?.stackName ?? id,
      template: json<Template>(join(directory, artifact.properties?.templateFile ?? '')),
      assets,
      entries: entriesIn(metadataOf(directory, artifact)),
    }));
  if (stacks.length === 0) throw new AssemblyError(`${manifestFile} holds no stack`);
  return { directory, stacks };
};

/** CDK keeps what would make its manifest too large in a file of its own. */
const metadataOf = (directory: string, { metadata = {}, additionalMetadataFile }: Artifact): Metadata =>
  additionalMetadataFile === undefined
    ? metadata
    : { ...metadata, ...json<Metadata>(join(directory, additionalMetadataFile)) };

const entriesIn = (metadata: Metadata): ReadonlyMap<string, string> =>
  new Map(
    Object.values(metadata).flatMap((entries): [string, string][] => {
      const dataOf = (wanted: string) => entries.find(({ type }) => type === wanted)?.data;
      const [logicalId, entry] = [dataOf('aws:cdk:logicalId'), dataOf(bundledEntry)];
      return typeof logicalId === 'string' && typeof entry === 'string' ? [[logicalId, entry]] : [];
    }),
  );

const readAssets = (directory: string, file: string, into: Map<string, string>): void => {
  const { files = {} } = json<{ files?: Record<string, { source: { path?: string } }> }>(join(directory, file));
  for (const [hash, { source }] of Object.entries(files)) if (source.path) into.set(hash, join(directory, source.path));
};

const inOrder = (artifacts: Record<string, Artifact>): [string, Artifact][] => {
  const ordered: [string, Artifact][] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (seen.has(id) || !artifact) return;
    seen.add(id);
    for (const dependency of artifact.dependencies ?? []) visit(dependency);
    ordered.push([id, artifact]);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return ordered;
};
