import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ControlError, parseInput } from './parse-input.ts'
import type { SettingsInput } from './settings.ts'
import { strictObject } from './strict-object.ts'

/**
 * What a real DataZone did where it is not documented: `dzrun doctor --live` records it, and the simulator behaves so.
 *
 * 1. A profile may leave the account it was recorded in: its fields admit enumerated words, numbers, and names of errors,
 *    statuses and fields of the service, and no other text.
 * 2. Null: it was not seen. The simulator keeps its own assumption.
 */

const errorName = z.string().regex(/^[A-Z][A-Za-z]{2,60}$/, 'must be the name of an error')
const detailType = z.string().regex(/^[A-Z][A-Za-z]*( [A-Za-z]+){1,6}$/, 'must be a detail-type of DataZone')
const fieldName = z.string().regex(/^[a-z][A-Za-z]{0,40}$/, 'must be the name of a field')

/** What stands in a field of an event: an id by what it is the id of, else the kind of the value. */
const fieldKinds = [
  'run-id',
  'asset-id',
  'domain-id',
  'project-id',
  'string',
  'number',
  'boolean',
  'null',
  'list',
  'object',
] as const
export type FieldKind = (typeof fieldKinds)[number]

const shape = z.record(fieldName, z.enum(fieldKinds))

const eventShape = strictObject({
  /** How many events of this detail-type were seen. */
  seen: z.int().min(1),
  metadata: shape,
  data: shape,
})
export type EventShape = z.infer<typeof eventShape>

export const profileSchema = strictObject({
  version: z.literal(1),
  recordedAt: z.iso.datetime(),
  list: strictObject({
    /** The order of ListMetadataGenerationRuns by creation time; null with fewer than three runs. */
    order: z.enum(['newest', 'oldest', 'other']).nullable(),
    runsSeen: z.int().min(0),
    /** The time from a Start until List showed the run. */
    lagMs: z.number().min(0).nullable(),
    /** Statuses that the service model does not have. */
    unrecognizedStatuses: z.array(z.string().regex(/^[A-Z_]{2,40}$/)),
  }),
  errors: strictObject({
    /** What Get answers about a run that does not exist. */
    unknownRun: errorName.nullable(),
    /** What Cancel answers about a run that has ended. */
    cancelEnded: errorName.nullable(),
  }),
  start: strictObject({
    /** A second Start with the same token and request while the run is active: its run, another run, or an error. */
    sameToken: z.union([z.literal('same-run'), z.literal('another-run'), errorName]).nullable(),
    /** A Start with the same token and another request: the run of the token, or an error. */
    otherRequest: z.union([z.literal('same-run'), z.literal('another-run'), errorName]).nullable(),
    /** A Start with another token while a run of the asset is active. */
    whileActive: z.union([z.literal('another-run'), errorName]).nullable(),
  }),
  /** The events that came, by detail-type. */
  events: z.record(detailType, eventShape),
})

/** A recorded profile. */
export type Profile = z.infer<typeof profileSchema>

const tokenSettings = ({ sameToken, otherRequest }: Profile['start']): SettingsInput => ({
  ...(sameToken === null ? {} : { conflictBeforeToken: sameToken === 'ConflictException' }),
  // DataZone made another run: the token meant nothing to it.
  ...(sameToken === 'another-run' ? { tokenMemoryMs: 0 } : {}),
  ...(otherRequest === 'same-run' ? { tokenMismatch: 'replay' as const } : {}),
  ...(otherRequest === 'ValidationException' || otherRequest === 'ConflictException'
    ? { tokenMismatch: otherRequest }
    : {}),
})

/** What the events of ended runs name. */
const payloadOf = (shapes: readonly EventShape[]): SettingsInput['eventPayload'] | undefined => {
  const kinds = new Set(
    shapes.flatMap(({ metadata, data }) => [...Object.values(metadata), ...Object.values(data)]),
  )
  if (shapes.length === 0) return undefined
  if (kinds.has('run-id')) return kinds.has('asset-id') ? 'both' : 'run-id'
  return kinds.has('asset-id') ? 'asset-id' : 'domain-only'
}

const eventSettings = (events: Profile['events']): SettingsInput => {
  const generation = Object.entries(events).flatMap(([type, of]) =>
    /^Metadata Generation (Succeeded|Failed|Canceled)$/.test(type) ? [of] : [],
  )
  const eventPayload = payloadOf(generation)
  const published = events['Asset Added To Catalog']
  const source = events['Data Source Run Succeeded'] ?? events['Data Source Run Triggered']
  return {
    ...(eventPayload === undefined ? {} : { eventPayload }),
    ...(published === undefined || 'owningProjectId' in published.metadata
      ? {}
      : { publishedEventProject: 'missing' as const }),
    ...(source === undefined ? {} : { sourceEventShape: sourceShape(source) }),
    ...('Business Name Generation Succeeded' in events ? { olderEvents: true } : {}),
    ...('Data Source Run Complete' in events ? { sourceStatusEvents: true } : {}),
  }
}

const sourceShape = ({ metadata }: EventShape): 'full' | 'sparse' =>
  'owningProjectId' in metadata ? 'full' : 'sparse'

const orders = { newest: 'newest', oldest: 'oldest', other: 'random' } as const

/** Returns the settings with which the simulator does what a profile recorded. */
export const settingsOfProfile = ({ list, errors, start, events }: Profile): SettingsInput => ({
  ...(list.order === null ? {} : { listOrder: orders[list.order] }),
  ...(list.lagMs === null ? {} : { listLagMs: list.lagMs }),
  ...(start.whileActive === null ? {} : { conflictWhileRunning: start.whileActive === 'ConflictException' }),
  ...tokenSettings(start),
  ...(errors.cancelEnded === 'ConflictException' || errors.cancelEnded === 'ValidationException'
    ? { cancelEnded: errors.cancelEnded }
    : {}),
  ...eventSettings(events),
})

/** Reads a profile from a file. Throws ControlError, which names the file, or each wrong field in it. */
export const profileFrom = (file: string): Profile => {
  let given: unknown
  try {
    given = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ControlError(`--profile: ${file} cannot be read as JSON: ${reason}`, { cause })
  }
  return parseInput(`the profile ${file}`, profileSchema, given)
}
