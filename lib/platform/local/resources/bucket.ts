import { partition } from '../assembly/pseudo-parameters.ts';
import { physicalName } from './physical-name.ts';
import { checkProperties, InPlaceError, nameOf, type ResourceType } from './resource-type.ts';

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
    // Its name is its one property that has an effect here, and that is in the way of another.
    update: (later) => {
      if (later.properties.BucketName === properties.BucketName) return undefined;
      throw new InPlaceError(`${nameOf(later)} has another name`);
    },
    remove: () => {
      machine.buckets.delete(logicalId);
      machine.services.objects.delete(name);
    },
  };
};

/** Policies of buckets demand TLS, which there is none of between the parts on this machine. Roles' policies are what is enforced. */
export const bucketTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': createBucket,
  'AWS::S3::BucketPolicy': ({ logicalId }) => ({ physicalId: logicalId }),
};
