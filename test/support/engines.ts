import { findDynoxide } from '../../local/dynamodb/dynoxide.ts'
import { externalEndpoint } from '../../local/dynamodb/external-endpoint.ts'

/** The engine that the stacks of these tests use instead of one of their own; undefined: each starts the embedded one. */
export const externalEngine = externalEndpoint(process.env)

/** Whether the embedded engine can be started on this machine. */
export const hasEmbeddedEngine = (() => {
  try {
    return findDynoxide(process.env['PATH'] ?? '') !== ''
  } catch {
    return false
  }
})()

/**
 * Whether the external engine is moto's server, which is Werkzeug. It loses what concurrent callers write: a transaction
 * that fails puts back its tables as they were when it began, with what others wrote meanwhile, and two conditional writes
 * at once can both succeed (2 of 150 rounds of PutItem, 6 of 150 rounds of transactions). Tests that run several functions
 * or writers at once are skipped there, by name.
 */
export const isMoto =
  externalEngine !== undefined &&
  (await fetch(externalEngine)).headers.get('server')?.includes('Werkzeug') === true
