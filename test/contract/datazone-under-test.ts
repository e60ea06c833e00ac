import { expect } from 'vitest'
import type { Answer, DataZone, StartInput } from '../../lib/ports/datazone.ts'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import type { Control } from '../../local/datazone/control/control.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { minute } from '../support/runs.ts'

/** A DataZone under test: the simulator behind the port. Only `advanceTo` moves its time. */
export interface OpenDataZone {
  readonly datazone: DataZone
  readonly control: Control
  advanceTo(atMs: number): Promise<void>
  /** Makes DataZone unreachable. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** Opens a DataZone at time `t0`, with the seed `contract`. */
export type OpenDataZoneAt = (settings: SettingsInput) => Promise<OpenDataZone>

export const domainId = sampleDomainId

export const startInput = (over: Partial<StartInput> = {}): StartInput => ({
  domainId,
  projectId: 'salesproject01',
  assetId: 'tpcds_store_sales',
  revision: '1',
  types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
  clientToken: 'token-1',
  ...over,
})

export const longTimeoutMs = 5 * minute

export const answered = <T>(answer: Answer<T>): T => {
  if (answer.outcome === 'refused') throw new Error(`refused: ${answer.refusal.name}`)
  return answer.value
}

/** Matches a refusal, except for fields that depend on the network. */
export const refusal = (kind: string, definite: boolean, name?: string) => ({
  outcome: 'refused',
  refusal: { kind, definite, cause: expect.anything(), ...(name === undefined ? {} : { name }) },
})
