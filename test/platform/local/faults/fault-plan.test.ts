import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Fault, PlannedFault } from '../../../../lib/platform/local/faults/fault.ts';
import { FaultPlan } from '../../../../lib/platform/local/faults/fault-plan.ts';

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const planned = (messageId: string, fault: Fault, consumer = 'orders'): PlannedFault => ({
  consumer,
  messageId,
  fault,
});
const struck = (messageId: string, kind: Fault['kind'] = 'exit') => ({ consumer: 'orders', messageId, kind });

describe('a plan of faults', () => {
  it('is known to every process that looks into its folder, also what is added later', () => {
    const folder = newFolder();
    const [ours, theirs] = [new FaultPlan(folder), new FaultPlan(folder)];
    expect(theirs.due('orders', 'a')).toBeUndefined();
    ours.add([planned('a', { kind: 'fatal' })]);
    expect(theirs.due('orders', 'a')).toEqual({ kind: 'fatal' });
    ours.add([planned('b', { kind: 'hang' })]);
    expect(theirs.due('orders', 'b')).toEqual({ kind: 'hang' });
  });

  it('is about one message at one consumer', () => {
    const plan = new FaultPlan(newFolder());
    plan.add([planned('a', { kind: 'fatal' })]);
    expect([plan.due('orders', 'b'), plan.due('mails', 'a')]).toEqual([undefined, undefined]);
  });

  it('counts in all processes together how often a fault has happened', () => {
    const folder = newFolder();
    new FaultPlan(folder).add([planned('a', { kind: 'exit', when: 'before', times: 2 })]);
    const killed = new FaultPlan(folder);
    expect(killed.due('orders', 'a')).toBeDefined();
    killed.note(struck('a'));
    const next = new FaultPlan(folder);
    expect(next.due('orders', 'a')).toBeDefined();
    next.note(struck('a'));
    expect(next.due('orders', 'a')).toBeUndefined();
    expect(new FaultPlan(folder).struck()).toEqual([struck('a'), struck('a')]);
  });

  it('waits for the end of a line that is still being written', () => {
    const folder = newFolder();
    const plan = new FaultPlan(folder);
    const line = `${JSON.stringify(planned('größer', { kind: 'fatal' }))}\n`;
    const file = join(folder, 'planned.ndjson');
    const bytes = Buffer.from(line);
    const half = bytes.indexOf(Buffer.from('ö')) + 1;
    appendFileSync(file, bytes.subarray(0, half));
    expect(plan.due('orders', 'größer')).toBeUndefined();
    appendFileSync(file, bytes.subarray(half));
    expect(plan.due('orders', 'größer')).toEqual({ kind: 'fatal' });
  });
});
