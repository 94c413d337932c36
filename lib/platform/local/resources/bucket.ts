import { partition } from '../assembly/pseudo-parameters.ts';
import { physicalName } from './physical-name.ts';
import { checkProperties, type ResourceType } from './resource-type.ts';

/** Objects live as long as the run, which is shorter than any lifecycle rule; nothing is encrypted and nobody else can connect. */
const createBucket: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['BucketName'],
    ignored: [
      'BucketEncryption',
      'LifecycleConfiguration',
      'OwnershipControls',
      'PublicAccessBlockConfiguration',
      'Tags',
      'VersioningConfiguration',
    ],
  });
  const { properties, machine, stack, logicalId } = request;
  const name =
    typeof properties.BucketName === 'string'
      ? properties.BucketName
      : physicalName(stack.name, logicalId, 63).toLowerCase();
  machine.services.objects.create(name);
  machine.buckets.set(logicalId, name);
  return {
    physicalId: name,
    attributes: { Arn: `arn:${partition}:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` },
  };
};

/** Policies of buckets demand TLS, which there is none of between the parts on this machine. Roles' policies are what is enforced. */
export const bucketTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': createBucket,
  'AWS::S3::BucketPolicy': ({ logicalId }) => ({ physicalId: logicalId }),
};
