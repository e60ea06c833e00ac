import type { DataZone } from '../../lib/ports/datazone.ts'
import { refused } from './scripted-datazone.ts'

/** Returns a script for a DataZone that refuses every Start and GetAsset. */
export const refusing = (...answer: Parameters<typeof refused>): Partial<DataZone> => ({
  startRun: async () => refused(...answer),
  getAsset: async () => refused(...answer),
})
