import { describe, expect, it } from '@jest/globals';
import { checkName, rename } from '../../../../lib/platform/cli/init/rename.ts';
import { changed, type Texts } from '../../../../lib/platform/cli/init/texts.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const template: Texts = {
  'package.json': json({ name: 'rabbitmq-lambda-template', version: '2.3.4', type: 'module' }),
  'package-lock.json': json({
    name: 'rabbitmq-lambda-template',
    version: '2.3.4',
    packages: { '': { name: 'rabbitmq-lambda-template', version: '2.3.4' }, 'node_modules/zod': { version: '4.6.7' } },
  }),
  'lib/app.ts':
    "import { application } from '#app';\n\n// Ours.\nexport const app = application({\n  name: 'events', // short\n  consumers: {},\n});\n",
  'README.md': '# RabbitMQ and Lambda\n\n# Not this one\n',
  'CHANGELOG.md': '# Changelog\n\n- Much.\n',
  'docs/deploy.md':
    '`events-dev-broker`, `events-prod-processing`; not events-driven, my-events-devotee or the exchange `events`\n',
};
const renamed = (texts: Texts, name: string) => changed(texts, rename(texts, name));

describe('a project that gets its name', () => {
  const parking = renamed(template, 'parking');

  it('has it in the package, the stacks, the title and the documentation', () => {
    expect(JSON.parse(parking['package.json'] ?? '')).toMatchObject({ name: 'parking', type: 'module' });
    expect(JSON.parse(parking['package-lock.json'] ?? '').packages).toEqual({
      '': { name: 'parking', version: '0.1.0' },
      'node_modules/zod': { version: '4.6.7' },
    });
    expect(parking['lib/app.ts']).toBe(template['lib/app.ts']?.replace("'events'", "'parking'"));
    expect(parking['README.md']).toBe('# parking\n\n# Not this one\n');
    expect(parking['docs/deploy.md']).toBe(
      '`parking-dev-broker`, `parking-prod-processing`; not events-driven, my-events-devotee or the exchange `events`\n',
    );
  });

  it('begins with a version and a changelog of its own', () => {
    expect(JSON.parse(parking['package.json'] ?? '').version).toBe('0.1.0');
    expect(parking['CHANGELOG.md']).toBe(
      '# Changelog\n\nAn entry says what a user notices.\n\n## Unreleased\n\n- Made from rabbitmq-lambda-template 2.3.4.\n',
    );
  });

  it('keeps both when it gets another name later, or the same again', () => {
    const later = { ...parking, 'package.json': json({ name: 'parking', version: '1.5.0' }), 'CHANGELOG.md': 'ours' };
    expect(rename(parking, 'parking')).toEqual([]);
    const garage = renamed(later, 'garage');
    expect(JSON.parse(garage['package.json'] ?? '')).toEqual({ name: 'garage', version: '1.5.0' });
    expect(garage['CHANGELOG.md']).toBe('ours');
    expect(garage['docs/deploy.md']).toContain('`garage-dev-broker`');
  });

  it('names its stacks again in documentation that comes with a newer template', () => {
    const merged = { ...parking, 'docs/deploy.md': `${template['docs/deploy.md']}` };
    expect(renamed(merged, 'parking')).toEqual(parking);
  });

  it('needs a name that stacks and packages can have', () => {
    expect(() => checkName('my-parking2')).not.toThrow();
    for (const wrong of ['', 'Parking', '2parking', 'my_parking', '-parking', 'parking-', 'p'.repeat(31)])
      expect(() => checkName(wrong)).toThrow('is no name of a project: it takes lowercase letters and digits');
  });
});
