import * as sdk from '@aws-sdk/client-datazone'
import type { Finding } from '../../lib/usecases/inspect/diagnose.ts'
import { driftOf, knownDrift } from '../../local/datazone/model/drift.ts'
import { model } from '../../local/datazone/model/model.ts'

/** Compares DataZone's service model, as the SDK in use has it, with the model that this version was written for. */
export const modelDrift = (): readonly Finding[] => {
  const unknown = driftOf(sdk).filter((line) => knownDrift[line] === undefined)
  if (unknown.length === 0) {
    const found = `the SDK has the ${Object.keys(model.operations).length} operations as this version knows them`
    return [{ check: 'service model', severity: 'ok', found }]
  }
  return unknown.map((found) => ({
    check: 'service model',
    severity: 'warning',
    found,
    fix: 'the orchestrator ignores what is new; update it to use the difference (npm run simulator:drift lists all)',
  }))
}
