/** Lambda's limit for the names and values of all environment variables of a function, in bytes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = 4096;

/** At least so many bytes for what only the deployment knows: an ARN or a name. */
const unknownBytes = 150;

/**
 * What is wrong with the environment variables of a function.
 * @param service what logs call the function
 * @param variables as the template has them: texts, or expressions that the deployment resolves, which can only be estimated
 */
export const variableProblems = (service: string, variables: Readonly<Record<string, unknown>>): readonly string[] => {
  const sizes = Object.entries(variables).map(([name, value]) => ({ name, bytes: name.length + bytesOf(value) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= mostBytes) return [];
  const [largest] = sizes.sort((one, other) => other.bytes - one.bytes);
  return [
    `the environment variables of function ${service} take about ${total} bytes, ${largest?.name} ${largest?.bytes} of them; Lambda takes ${mostBytes}. Give what grows with the application to the function as its configuration, which is bundled as a file`,
  ];
};

const bytesOf = (value: unknown): number =>
  typeof value === 'string'
    ? Buffer.byteLength(value)
    : Math.max(unknownBytes, Buffer.byteLength(JSON.stringify(value)));
