import { existsSync, readFileSync } from 'node:fs'
import type { DataZone } from '../datazone/datazone.ts'
import { writeWhole } from './write-whole.ts'

/** Saves the state of a simulator to a file. */
export function saveDataZone({ control }: DataZone, path: string): void {
  writeWhole(path, JSON.stringify(control.state()))
}

/**
 * Restores the state of a simulator from a file, and moves its clock to the present, so that runs have gone on while
 * nothing was running. Returns false if there is no such file.
 */
export function restoreDataZone({ control }: DataZone, path: string): boolean {
  if (!existsSync(path)) return false
  const { clockMs } = control.setState(JSON.parse(readFileSync(path, 'utf8')))
  control.advanceClock({ advanceMs: Math.max(0, Date.now() - clockMs) })
  return true
}
