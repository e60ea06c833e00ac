import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Archive } from '../eventbridge/archive-operations.ts'
import type { BusStorage } from '../eventbridge/bus-storage.ts'
import type { ArchivedEvent } from '../eventbridge/event-archive.ts'
import type { RemovedRule, Rule } from '../eventbridge/rule-book.ts'
import { readLines } from './read-lines.ts'
import { writeWhole } from './write-whole.ts'

/** Only the stack writes these files, so each line is checked only for damage by a crash. */
const line = z.union([
  z.object({ settled: z.number() }),
  z.custom<ArchivedEvent>(
    (value) => z.object({ sequence: z.number(), bus: z.string() }).safeParse(value).success,
  ),
])
const definitions = z.object({
  rules: z.array(z.custom<Rule>()),
  removedRules: z.array(z.custom<RemovedRule>()),
  archives: z.array(z.custom<Archive>()),
})

/**
 * Opens the files of a bus: one with a line for each event, written before the event is routed, and one with the rules
 * and archives. Creates the directory if it does not exist.
 */
export function openBusStorage(directory: string): BusStorage {
  mkdirSync(directory, { recursive: true })
  const [eventsPath, definitionsPath] = [join(directory, 'events.jsonl'), join(directory, 'rules.json')]
  const lines = readLines(eventsPath).flatMap((value) => {
    const parsed = line.safeParse(value)
    return parsed.success ? [parsed.data] : []
  })
  const settled = Math.max(0, ...lines.flatMap((one) => ('settled' in one ? [one.settled] : [])))
  const events = lines.flatMap((one) => ('settled' in one ? [] : [one]))
  const append = (value: object) => appendFileSync(eventsPath, `${JSON.stringify(value)}\n`)
  return {
    events,
    unsettled: events.filter(({ sequence }) => sequence > settled),
    ...readDefinitions(definitionsPath),
    keepEvent: append,
    keepSettled: (sequence) => append({ settled: sequence }),
    keepDefinitions: (given) => writeWhole(definitionsPath, JSON.stringify(given)),
  }
}

function readDefinitions(path: string) {
  return existsSync(path)
    ? definitions.parse(JSON.parse(readFileSync(path, 'utf8')))
    : { rules: [], removedRules: [], archives: [] }
}
