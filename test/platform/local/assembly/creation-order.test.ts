// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { describe, expect, it } from '@jest/globals';
import { dependencies, withDependencies } from '../../../../lib/platform/local/assembly/creation-order.ts';

describe('what must exist before a resource', () => {
  it('is what its properties mention and what it depends on', () => {
    const graph = dependencies({
      Resources: {
        A: { Type: 'T' },
        B: { Type: 'T' },
        C: {
          Type: 'T',
          DependsOn: ['A'],
          Properties: { x: { 'Fn::Sub': ['${B.Arn} ${own} ${!D} ${AWS::Region}', { own: { Ref: 'D' } }] } },
        },
        D: {
          Type: 'T',
          DependsOn: 'B',
          Properties: { x: [{ 'Fn::GetAtt': 'A.Arn' }, { 'Fn::GetAtt': ['B', 'Arn'] }] },
        },
      },
    });
    expect(Object.fromEntries([...graph].map(([name, before]) => [name, [...before].sort()]))).toEqual({
      A: [],
      B: [],
      C: ['A', 'B', 'D'],
      D: ['A', 'B'],
    });
  });

  it('cannot be itself, and the error shows the circle', () => {
    expect(() =>
      dependencies({
        Resources: { A: { Type: 'T', Properties: { x: { Ref: 'B' } } }, B: { Type: 'T', DependsOn: 'A' } },
      }),
    ).toThrow('A -> B -> A');
  });

  it('must be in the template', () => {
    expect(() => dependencies({ Resources: { A: { Type: 'T', DependsOn: 'Gone' } } })).toThrow('A depends on Gone');
  });
});

describe('what some resources need', () => {
  it('is found however far away, and nothing else', () => {
    const graph = new Map(
      Object.entries({ A: ['B'], B: ['C'], C: [], D: ['C'], E: [] }).map(([k, v]) => [k, new Set(v)]),
    );
    expect(withDependencies(['A', 'E'], graph)).toEqual(new Set(['A', 'B', 'C', 'E']));
  });
});
