import type { Command } from '../command.ts';

export const command: Command = {
  summary: 'publishes events with confirms, one or a stream of them, and counts what became of each',
  usage: `npm run mq -- publish [TYPE] (--data JSON | --example | --file FILE | -) [OPTIONS]

  TYPE                    type of the events, which is also their routing key; without it, each line is an event
                          of its own: {"type":"order.placed","data":{…}}, with id, routingKey, headers,
                          contentType, correlationId, priority, exchange, bodyBase64 where wanted
  --data JSON             one event with this data
  --example               the example of TYPE in functions/events.ts
  --file FILE             an event for each line of FILE, its data as JSON (NDJSON)
  -                       the same from standard input
  --whole                 with --file or -: one event whose body is the content as it is, whatever it is

  --exchange NAME         where events go                                (default the first that the publisher may
                          publish to, in lib/app.ts)
  --routing-key KEY       (default the type)
  --id ID                 message id; of many events it is ID-1, ID-2, … by line. Say it again to repeat a
                          command: consumers recognise the duplicates    (default a new UUIDv7 each)
  --header NAME=VALUE     a header, a string; repeat it for more
  --content-type TYPE     (default application/json, with --whole application/octet-stream)
  --delay SECONDS         delivers that much later, at most 65535
  --timeout SECONDS       for the confirm of each event                  (default 30)
  --json                  for programs

  --url URL               amqps://user:password@host:port/vhost, once for each node
                          (default: the local run's, see npm start)
  --ca FILE               PEM of the CA to trust
  --username NAME         broker user                                    (default the URL's, or the first publisher
                          of lib/app.ts)
  MQ_PASSWORD             environment variable with the user's password, instead of the URL
  --state FILE            state file of a local run                      (default .local/state.json)

Exit codes: 0 all confirmed, 1 not all, 64 wrong usage, 130 interrupted.`,
  run: async (args, project) => (await import('./run.ts')).run(args, project),
};
