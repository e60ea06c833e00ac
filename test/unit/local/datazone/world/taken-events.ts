import type { SettingsInput } from '../../../../../local/datazone/input/settings.ts'
import { outputOf, storeSales, testWorld } from '../test-world.ts'

export const dayMs = 86_400_000

/** Sets the clock of a world, and takes the events that are due by then. */
export const eventsUntil = (world: ReturnType<typeof testWorld>, ms: number) => {
  world.clock.ms = ms
  return world.control.takeEvents().map(({ event }) => event)
}

export const typesOf = (events: readonly { 'detail-type': string }[]) =>
  events.map((event) => event['detail-type'])

/** Starts a run and takes its events a day later. */
export const eventsOfRun = (
  settings: Partial<SettingsInput>,
  types = ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
) => {
  const world = testWorld(settings)
  const { id } = outputOf(world.start(storeSales, { types, clientToken: 'token' }))
  return { id, events: eventsUntil(world, world.clock.ms + dayMs) }
}
