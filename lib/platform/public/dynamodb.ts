export { dynamoDb } from '../runtime/dynamodb.ts';
