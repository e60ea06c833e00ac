import { choice, command, port, positiveNumber, text, toggle, wholeNumber } from './flags.ts'

const sample = {
  assets: wholeNumber({
    describe: 'the number of sample assets in DataZone: the 24 tables of TPC-DS, then synthetic tables',
    from: 1,
    to: 100_000,
    default: '24',
  }),
  seed: wholeNumber({
    describe: 'decides the ids, durations and endings of runs',
    from: 0,
    to: 2 ** 31,
    default: '1',
  }),
  'list-order': choice(['newest', 'oldest', 'random'], {
    describe: "the order of DataZone's lists",
    default: 'newest',
  }),
  profile: text('FILE', {
    describe: 'imitates what dzrun doctor --live recorded in this file; replaces --list-order',
  }),
  api: choice(['current', 'older'], {
    describe:
      "the generation of DataZone's API; the older API requires type on a Start and knows only one type",
    default: 'current',
  }),
  hints: choice(['on', 'off'], {
    describe: "whether DataZone's own events arrive; without them the sweeps find every ending",
    default: 'on',
  }),
}

const speed = (fallback: string) =>
  positiveNumber({
    describe: 'divides the durations of runs, the sweep period and the other waiting times',
    to: 100,
    default: fallback,
  })

/** The command `npm run demo`. */
export const demoCommand = command(
  'demo',
  'Starts the whole system on this machine, publishes every sample asset, sends repeated and invalid requests, and prints each ending. Exits with 0 only if every request is accounted for and no run is missing or duplicate.',
  {
    ...sample,
    speed: speed('10'),
    json: toggle({ describe: 'prints the figures as JSON on the last line' }),
    keep: toggle({ describe: 'keeps the stack and its live page running until Ctrl-C' }),
  },
)

/** The command `npm start`. */
export const startCommand = command(
  'start',
  'Runs the whole system on this machine until Ctrl-C, and prints what happens to each request and run.',
  {
    ...sample,
    speed: speed('1'),
    mode: choice(['run', 'plan', 'off'], {
      describe: 'run starts runs, plan records what it would start, off skips every request',
      default: 'run',
    }),
    data: text('DIR', {
      describe:
        'keeps the table, queues, catalogue, runs, rules and events in this directory for the next start',
    }),
    host: text('ADDRESS', {
      describe: 'the address to listen on; 0.0.0.0 inside a container',
      default: '127.0.0.1',
    }),
    'datazone-port': port({ describe: 'the port of the DataZone simulator', port: 4599 }),
    'eventbridge-port': port({ describe: 'the port of EventBridge', port: 4600 }),
    'sqs-port': port({ describe: 'the port of SQS', port: 4601 }),
    'dynamodb-port': port({ describe: 'the port of DynamoDB', port: 4602 }),
    'page-port': port({ describe: 'the port of the live page', port: 4603 }),
    env: text('FILE', {
      describe: 'where to write the settings of AWS SDKs and the AWS CLI, for the shell command source',
      default: '.local/env',
    }),
    log: text('FILE', {
      describe: 'where to write the log of the functions, which npm run logs reads',
      default: '.local/log',
    }),
  },
)
