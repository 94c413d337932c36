import { type IVpc, type SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';

/** The subnets for broker and functions: private, with a way out by NAT where the network has one. */
export const privateSubnets = (vpc: IVpc): SubnetSelection => ({
  subnetType: vpc.privateSubnets.length > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
});
