import { findDynoxide } from '../../local/dynamodb/dynoxide.ts'
import { externalEndpoint } from '../../local/dynamodb/external-endpoint.ts'

/**
 * The endpoint of the engine that all stacks of these tests share; undefined if each starts its own embedded engine.
 */
export const externalEngine = externalEndpoint(process.env)

/** Whether this machine has the embedded engine. */
export const hasEmbeddedEngine = (() => {
  try {
    return findDynoxide(process.env['PATH'] ?? '') !== ''
  } catch {
    return false
  }
})()

/**
 * Whether the external engine is moto, which runs on Werkzeug. Moto loses concurrent writes: a transaction that fails
 * restores its tables to their state at its beginning, which undoes writes that other callers made since, and two
 * concurrent conditional writes can both succeed (2 of 150 rounds of PutItem, 6 of 150 rounds of transactions). Tests
 * that run several functions or writers at once are skipped on moto.
 */
export const isMoto =
  externalEngine !== undefined &&
  (await fetch(externalEngine)).headers.get('server')?.includes('Werkzeug') === true
