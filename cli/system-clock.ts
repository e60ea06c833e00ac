import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../lib/ports/clock.ts'

/** The clock of the machine, for commands. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (atMs) => {
    if (atMs > Date.now()) await delay(atMs - Date.now())
  },
  random: () => Math.random(),
}
