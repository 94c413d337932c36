import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '../../../lib/platform/project-root.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

/** A file of the test application as the documentation shows it, in the words of the samples. */
const asShown = (path: string): string =>
  read(path)
    .replaceAll('test/platform/application/', '')
    .replaceAll('thing.made', 'order.placed')
    .replaceAll('thing', 'order');

it.each(['services/shop/main.ts', 'stacks.ts'])(
  'the documentation shows %s of the test application, which is compiled, deployed in tests, and runs',
  (file) => {
    expect(read('docs/publishers-outside-lambda.md')).toContain(
      `\n\`\`\`ts\n${asShown(`test/platform/application/${file}`)}\`\`\`\n`,
    );
  },
);
