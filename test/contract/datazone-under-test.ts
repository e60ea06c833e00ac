import { expect } from 'vitest'
import type { Answer, DataZone, StartInput } from '../../lib/ports/datazone.ts'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import type { Control } from '../../local/datazone/control/control.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import { minute } from '../support/runs.ts'

/** A DataZone under test: the simulator behind the port, at a time that only `passTo` moves. */
export interface OpenDataZone {
  readonly datazone: DataZone
  readonly control: Control
  passTo(atMs: number): Promise<void>
  /** From now on DataZone cannot be reached. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** Opens a DataZone that stands at `t0` and does as the seed `contract` says. */
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

export const longMs = 5 * minute

export const answered = <T>(answer: Answer<T>): T => {
  if (answer.outcome === 'refused') throw new Error(`refused: ${answer.refusal.name}`)
  return answer.value
}

/** A refusal, without what differs between one network and another. */
export const refusal = (kind: string, definite: boolean, name?: string) => ({
  outcome: 'refused',
  refusal: { kind, definite, cause: expect.anything(), ...(name === undefined ? {} : { name }) },
})
