import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ControlError, parseInput } from './parse-input.ts'
import type { SettingsInput } from './settings.ts'
import { strictObject } from './strict-object.ts'

/**
 * A profile states how a real DataZone behaved where its behavior is not documented: `dzrun doctor --live` records it,
 * and the simulator imitates it.
 *
 * 1. A profile may leave the account in which it was recorded: its fields admit enumerated words, numbers, and names of
 *    errors, statuses and fields of the service, and no other text.
 * 2. Null means that the behavior was not seen. The simulator keeps its own assumption.
 */

const errorName = z.string().regex(/^[A-Z][A-Za-z]{2,60}$/, 'must be the name of an error')
const detailType = z.string().regex(/^[A-Z][A-Za-z]*( [A-Za-z]+){1,6}$/, 'must be a detail-type of DataZone')
const fieldName = z.string().regex(/^[a-z][A-Za-z]{0,40}$/, 'must be the name of a field')

/** What a field of an event holds: the id of a run, asset, domain or project, else the kind of its value. */
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
    /** Milliseconds from a Start until List showed the run. */
    lagMs: z.number().min(0).nullable(),
    /** Statuses that the service model lacks. */
    unrecognizedStatuses: z.array(z.string().regex(/^[A-Z_]{2,40}$/)),
  }),
  errors: strictObject({
    /** What Get answers about a run that does not exist. */
    unknownRun: errorName.nullable(),
    /** What Cancel answers about a run that has ended. */
    cancelEnded: errorName.nullable(),
  }),
  start: strictObject({
    /** What a second Start with the same token and request answers while the run is active. */
    sameToken: z.union([z.literal('same-run'), z.literal('another-run'), errorName]).nullable(),
    /** What a Start with the same token and another request answers. */
    otherRequest: z.union([z.literal('same-run'), z.literal('another-run'), errorName]).nullable(),
    /** What a Start with another token answers while a run of the asset is active. */
    whileActive: z.union([z.literal('another-run'), errorName]).nullable(),
  }),
  /** The events that were seen, by detail-type. */
  events: z.record(detailType, eventShape),
})

export type Profile = z.infer<typeof profileSchema>

const tokenSettings = ({ sameToken, otherRequest }: Profile['start']): SettingsInput => ({
  ...(sameToken === null ? {} : { conflictBeforeToken: sameToken === 'ConflictException' }),
  // DataZone started another run, so it did not remember the token.
  ...(sameToken === 'another-run' ? { tokenMemoryMs: 0 } : {}),
  ...(otherRequest === 'same-run' ? { tokenMismatch: 'replay' as const } : {}),
  ...(otherRequest === 'ValidationException' || otherRequest === 'ConflictException'
    ? { tokenMismatch: otherRequest }
    : {}),
})

/** Returns what the events of ended runs name, or undefined without any event. */
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

/** Returns the settings with which the simulator imitates a profile. */
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

/** Reads a profile from a file. Throws ControlError, which names the file or each wrong field. */
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
