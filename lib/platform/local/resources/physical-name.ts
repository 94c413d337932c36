import { createHash } from 'node:crypto';

/** A name as CloudFormation makes it up, `stack-logicalId-XXXXXXXXXXXX`, but the same in every run. */
export const physicalName = (stackName: string, logicalId: string, maximumLength: number): string => {
  const suffix = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 12).toUpperCase();
  const stem = `${stackName}-${logicalId}`.slice(0, maximumLength - suffix.length - 1);
  return `${stem}-${suffix}`;
};
