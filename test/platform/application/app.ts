import { application } from '#app';

/**
 * What the tests of the platform run on, so that they say nothing about yours: a consumer of each kind that the platform promises something
 * about, an outbox and an HTTP API.
 */
export const app = application({
  name: 'things',

  exchanges: {
    events: { type: 'topic' },
  },

  tables: {
    Things: { partitionKey: 'thingId' },
    Notes: { partitionKey: 'noteKey' },
    Log: { partitionKey: 'messageId' },
  },

  consumers: {
    'keep-thing': {
      on: { events: ['thing.made', 'thing.ended'] },
      tables: { Things: ['UpdateItem'] },
    },
    'send-note': {
      on: { events: ['person.joined'] },
      tables: { Notes: ['UpdateItem'] },
      variables: ['NOTE_SENDER'],
      secrets: ['NOTE_KEY'],
    },
    'log-all': {
      on: { events: ['#'] },
      tables: { Log: ['PutItem'] },
    },
  },

  publishers: {
    shop: { publishes: [{ exchange: 'events', scheduled: true }] },
  },

  outbox: { publishes: [{ exchange: 'events', scheduled: true }] },

  httpApi: { exchange: 'events' },
});
