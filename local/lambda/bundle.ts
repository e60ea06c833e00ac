import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FunctionPlan } from '../template/functions.ts'

/** Returns the module file of a handler, found as Lambda does. Throws Error when the service was not packaged. */
export function findBundle(plan: FunctionPlan, directory: string): string {
  const candidates = ['.mjs', '.js', '.cjs'].map((extension) => join(directory, `${plan.module}${extension}`))
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`${plan.logicalId}: no bundle at ${candidates[0]}: package the service first`)
  return found
}
