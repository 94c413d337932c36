#!/usr/bin/env node
// Makes a fresh checkout ready and then runs a command in it:
//
//   node bin/setup.js [--all] [--no-broker] [command [argument…]]
//
//   --all         every RabbitMQ version that the tests are for, not only one
//   --no-broker   the command needs no RabbitMQ
//
// Runs on Node 20 before any package is installed, so: plain JavaScript, no dependencies. Says what it installs; where all is
// there, it says nothing. Then `node` and the packages' programs are found first in PATH by the command.

import { main } from '../lib/platform/cli/setup/main.js';

await main(process.argv.slice(2));
