import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { wrapped } from '../../../cli/terminal.ts'

/** Makes stdout a terminal of this width, or a pipe when the width is undefined. */
const setColumns = (columns: number | undefined) => {
  vi.spyOn(process, 'stdout', 'get').mockReturnValue(
    Object.assign(Object.create(process.stdout), { isTTY: columns !== undefined, columns }),
  )
}

describe('wrapped', () => {
  const line = 'last sweep  three seconds ago, took 0.1s'
  beforeEach(() => setColumns(20))
  afterEach(() => vi.restoreAllMocks())

  test('breaks between words, and indents the next lines', () => {
    expect(wrapped(line, 4)).toEqual(['last sweep  three', '    seconds ago,', '    took 0.1s'])
  })

  test('keeps a word that is wider than the terminal whole', () => {
    const address = `https://${'a'.repeat(40)}`
    expect(wrapped(`see ${address}`, 2)).toEqual(['see', `  ${address}`])
  })

  test('keeps a command that users paste on one line', () => {
    const command = '    dzrun explain orders --domain dzd_orders'
    expect(wrapped(command, 4)).toEqual([command])
  })

  test('does not count control sequences', () => {
    const colored = '\u001b[31m12345678901234567890\u001b[39m'
    expect(wrapped(colored, 2)).toEqual([colored])
  })

  test('breaks no line when stdout is piped', () => {
    vi.restoreAllMocks()
    setColumns(undefined)
    expect(wrapped(line, 4)).toEqual([line])
  })
})
