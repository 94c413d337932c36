import { shortened } from '../recover/copy.ts';
import type { DeadLetterFate } from './fate.ts';

/** What a claim keeps of a dead letter until that has arrived, so that it can be published again. Texts are cut to a KiB each. */
export const letterOf = ({ reason, failure }: DeadLetterFate): string =>
  JSON.stringify({ reason, failure: shortened(failure) });

/** @param letter what `letterOf` made */
export const fateOfLetter = (letter: string): DeadLetterFate => ({
  kind: 'dead-letter',
  ...(JSON.parse(letter) as Omit<DeadLetterFate, 'kind'>),
});
