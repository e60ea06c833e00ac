import { describe, expect, test } from 'vitest'
import { pastedCommand } from '../../../cli/pasted-command.ts'

describe('pastedCommand', () => {
  test.each([
    [{}, 'dzrun quota'],
    [{ local: true }, 'dzrun quota'],
    [{ local: '.local/env-7' }, 'dzrun quota --local .local/env-7'],
    [{ stage: 'prod', region: 'eu-west-1' }, 'dzrun quota --stage prod --region eu-west-1'],
    [{ stack: 'runs', profile: 'data admin' }, "dzrun quota --stack runs --profile 'data admin'"],
  ])('names the stack of %j', (options, command) => {
    expect(pastedCommand(['quota'], options)).toBe(command)
  })

  test('quotes characters that are special in a shell', () => {
    expect(pastedCommand(['get', "ASSET#a/it's"], {})).toBe("dzrun get 'ASSET#a/it'\\''s'")
  })
})
