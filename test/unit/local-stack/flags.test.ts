import { describe, expect, test } from 'vitest'
import { choice, command, port, positiveNumber, text, toggle, wholeNumber } from '../../../local/flags.ts'
import { logsCommand } from '../../../local/logs.ts'
import { demoCommand, startCommand } from '../../../local/stack-flags.ts'

const sample = command('sample', 'Does what a sample does.', {
  count: wholeNumber({ describe: 'how many', from: 1, to: 9, default: '3' }),
  share: positiveNumber({ describe: 'how much', to: 1, default: '0.5' }),
  color: choice(['red', 'blue'], { describe: 'which', default: 'red' }),
  file: text('FILE', { describe: 'where' }),
  'the-port': port({ describe: 'which port', port: 4000 }),
  loud: toggle({ describe: 'whether' }),
})

describe('command', () => {
  test('returns defaults for flags that are not given', () => {
    expect(sample.parse([])).toEqual({
      count: 3,
      share: 0.5,
      color: 'red',
      file: undefined,
      'the-port': { port: 4000, isGiven: false },
      loud: false,
    })
  })

  test('parses every kind of flag', () => {
    const args = '--count 9 --share 1 --color blue --file x --the-port 0 --loud'.split(' ')
    expect(sample.parse(args)).toEqual({
      count: 9,
      share: 1,
      color: 'blue',
      file: 'x',
      'the-port': { port: 0, isGiven: true },
      loud: true,
    })
    expect(sample.parse(['--help'])).toBe('help')
  })

  test.each([
    ['--count 10', "--count takes a whole number from 1 to 9, not '10'"],
    ['--share 0', "--share takes a number above 0 and up to 1, not '0'"],
    ['--color green', "--color takes red or blue, not 'green'"],
    ['--the-port 70000', "--the-port takes a whole number from 0 to 65535, not '70000'"],
    ['--file=', '--file takes FILE, not an empty text'],
    ['--colour red', 'the flags are --count, --share, --color, --file, --the-port, --loud, --help'],
    ['word', 'the flags are --count'],
  ])('names the flag and the fix for %s', (args, message) => {
    expect(() => sample.parse(args.split(' '))).toThrow(message)
  })

  test('lists every flag with its default', () => {
    expect(sample.usage.split('\n')).toEqual([
      'npm run sample -- [flags]',
      '',
      'Does what a sample does.',
      '',
      '  --count N         how many (default 3)',
      '  --share X         how much (default 0.5)',
      '  --color red|blue  which (default red)',
      '  --file FILE       where',
      '  --the-port N      which port; 0 for any (default 4000, or any free port when it is in use)',
      '  --loud            whether',
      '  --help            prints this help',
    ])
  })
})

describe.each([
  ['start', startCommand],
  ['demo', demoCommand],
  ['logs', logsCommand],
])('npm run %s -- --help', (name, { usage, parse }) => {
  test('names each flag with the default that applies', () => {
    const values = parse([])
    if (values === 'help') throw new Error('expected flags, got help')
    for (const [flag, value] of Object.entries(values)) {
      const entry = usage.split(`--${flag} `).at(1)?.replaceAll(/\s+/g, ' ') ?? usage
      const shown = typeof value === 'object' ? value.port : value
      if (value === false || value === undefined) expect(usage).toContain(`--${flag} `)
      else expect(entry).toContain(`(default ${shown}`)
    }
    expect(usage).toContain(`npm run ${name} -- [flags]`)
  })

  test('fits in 100 columns', () => {
    expect(usage.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})
