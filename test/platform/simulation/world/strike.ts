import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedMapping } from '../lambda/mapping.ts';
import type { FrontDoor } from '../rabbitmq/front-door.ts';
import type { Fault } from '../scenario/scenario.ts';
import type { Story } from '../story.ts';
import type { Deaths } from './deaths.ts';

/** What faults do something to. */
export interface Struck {
  readonly scheduler: Scheduler;
  readonly door: FrontDoor;
  readonly story: Story;
  readonly mappings: readonly SimulatedMapping[];
  readonly deaths: Deaths;
  readonly loseConnection: (mapping: SimulatedMapping) => void;
  /** A person switches the mapping of a consumer's first queue. */
  readonly changeByHand: (consumer: string, to: 'enabled' | 'disabled') => void;
}

/** Lets faults that happen at a certain time happen. Others happen when a service asks for them; see `Trouble` and `Killings`. */
export function strike(faults: readonly Fault[], struck: Struck): void {
  const { scheduler, door, story, mappings, deaths, loseConnection, changeByHand } = struck;
  const at = (milliseconds: number, action: () => void): void => {
    scheduler.after(milliseconds, action);
  };
  const ofConsumer = (consumer: string): SimulatedMapping[] =>
    mappings.filter(({ settings }) => settings.queue === consumer || settings.queue.startsWith(`${consumer}.`));
  for (const fault of faults)
    switch (fault.kind) {
      case 'kill':
        at(fault.at, () => deaths.killBusy(fault.consumer, 'by a fault'));
        break;
      case 'poller-lost':
        at(fault.at, () => {
          story.tell(() => `The mapping of ${fault.consumer} loses its connection.`);
          for (const mapping of ofConsumer(fault.consumer)) loseConnection(mapping);
        });
        break;
      case 'connections-lost':
        at(fault.at, () => {
          story.tell(() => 'All connections of publishers break.');
          door.disconnect('read ECONNRESET');
        });
        break;
      case 'broker-away':
        at(fault.from, () => {
          story.tell(() => `The broker is away for ${(fault.to - fault.from) / 1000} s.`);
          door.disconnect('CONNECTION_FORCED - broker forced connection closure');
          for (const mapping of mappings) loseConnection(mapping);
        });
        break;
      case 'blocked':
        at(fault.from, () => door.block('low on memory'));
        at(fault.to, () => door.block(undefined));
        break;
      case 'disabled-by-hand':
        at(fault.from, () => changeByHand(fault.consumer, 'disabled'));
        at(fault.to, () => changeByHand(fault.consumer, 'enabled'));
        break;
      default:
    }
}
