import { describe, expect, test } from 'vitest'
import { errorLine } from '../../../cli/error-line.ts'
import { CommandFailed, exitCodes } from '../../../cli/exit-codes.ts'
import { CatalogRefused, PortUnavailable } from '../../../lib/errors.ts'

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more })

describe('errorLine', () => {
  test('keeps the message and the exit code of a command', () => {
    expect(errorLine(new CommandFailed(exitCodes.notFound, 'no such run'))).toEqual({
      message: 'no such run',
      exitCode: 3,
    })
  })

  test.each([
    ['AccessDeniedException', 'User is not authorized', 'docs/DEPLOY.md'],
    ['ExpiredTokenException', 'The token is expired', 'log in again'],
    ['CredentialsProviderError', 'Could not load credentials', '--profile'],
    ['UnrecognizedClientException', 'The token is invalid', '--profile'],
  ])('exits with 4 for %s and says what to do', (name, message, fix) => {
    const line = errorLine(new PortUnavailable('table', named(name, message)))
    expect(line).toEqual({
      message: expect.stringMatching(/^table is unavailable: .+: .+; /),
      exitCode: exitCodes.refused,
    })
    expect(line.message).toContain(message)
    expect(line.message).toContain(fix)
  })

  test('suggests npm start when nothing listens', () => {
    const refused = named('Error', 'connect ECONNREFUSED 127.0.0.1:4602', { code: 'ECONNREFUSED' })
    expect(errorLine(new PortUnavailable('table', refused))).toEqual({
      message: expect.stringContaining('npm start'),
      exitCode: exitCodes.service,
    })
  })

  test('marks a missing table as a reason to read the outputs again', () => {
    const missing = named('ResourceNotFoundException', 'Requested resource not found')
    expect(errorLine(new PortUnavailable('table', missing))).toMatchObject({ isMissingResource: true })
    expect(errorLine(missing)).toMatchObject({ isMissingResource: true })
  })

  test('derives the exit code of a DataZone refusal from its kind', () => {
    const refusal = {
      kind: 'NOT_FOUND',
      name: 'ResourceNotFoundException',
      message: 'gone',
      cause: undefined,
    }
    expect(errorLine(new CatalogRefused('GetAsset', refusal)).exitCode).toBe(exitCodes.notFound)
  })

  test('prints a thrown value that is not an error', () => {
    expect(errorLine('broken')).toEqual({ message: 'broken', exitCode: exitCodes.service })
  })
})
