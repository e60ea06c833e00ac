import { conditionHolds, resolveObject } from './intrinsics.ts'
import type { Scope } from './scope.ts'
import type { JsonObject, Template } from './template.ts'

/** A resource whose intrinsics are resolved. */
export interface ResolvedResource {
  readonly type: string
  readonly properties: JsonObject
}

/** Returns the resolved resources whose condition holds and whose type is not in `skippedTypes`, by logical id. */
export function resolveTemplate(
  template: Template,
  scope: Scope,
  skippedTypes: ReadonlySet<string> = new Set(),
): Record<string, ResolvedResource> {
  const resolved: Record<string, ResolvedResource> = {}
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (skippedTypes.has(resource.Type)) continue
    const path = `Resources.${logicalId}`
    if (resource.Condition !== undefined && !conditionHolds(resource.Condition, path, scope)) continue
    const properties = resolveObject(resource.Properties ?? {}, `${path}.Properties`, scope)
    resolved[logicalId] = { type: resource.Type, properties }
  }
  return resolved
}
