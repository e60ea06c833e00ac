import type { PhysicalNames } from './physical.ts'
import type { JsonObject } from './template.ts'

/** A resolved resource of a template, with its physical names. */
export interface NamedResource {
  readonly logicalId: string
  readonly names: PhysicalNames
  readonly properties: JsonObject
  /** The template path of `properties`, for error messages. */
  readonly path: string
}

/** Why the local stack leaves out a valid resource. */
export class NotRun {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}
