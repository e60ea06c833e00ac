import { appendFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createDataZone, type DataZone, type DataZoneOptions } from '../datazone/datazone.ts'
import { type OperationName, operations } from '../datazone/operations/operations.ts'
import { readLines } from './read-lines.ts'
import { writeWhole } from './write-whole.ts'

/**
 * Keeps a simulated DataZone on disk. Equal calls at equal times give equal answers, so a journal of the calls restores
 * the whole state, at the cost of one line per call:
 * 1. A line is written before its call takes effect, so every answered call is on disk.
 * 2. A file begins with the whole state. When its lines outgrow that state, a new file replaces it.
 * 3. A line that events were taken is written together with the next line, so after a crash events that were taken but
 *    not delivered are taken again.
 */
export interface DataZoneJournal {
  readonly datazone: DataZone
  /** Whether the directory held a state. */
  readonly isRestored: boolean
  /** Writes the whole state, so that the next start has no calls to repeat. */
  close(): void
}

const lineSchema = z.union([
  z.object({
    atMs: z.number(),
    call: z.tuple([z.string(), z.unknown(), z.string().nullable()]),
  }),
  z.object({ atMs: z.number(), control: z.tuple([z.string()], z.unknown()) }),
])
type Line = z.infer<typeof lineSchema>

type Controlled = (...given: readonly unknown[]) => unknown

/** The functions of the control that change nothing, and need no line. */
const reads: ReadonlySet<string> = new Set<keyof DataZone['control']>([
  'faults',
  'outcomes',
  'settings',
  'nextEventMs',
  'runs',
  'dataSourceRuns',
  'calls',
  'state',
  'clock',
])

const fileName = /^datazone-(\d+)\.jsonl$/

/** Lines of fewer bytes never make a new file. */
const smallestBytes = 4_194_304

/** Returns functions that read and write the newest journal file of a directory. */
const journalFile = (directory: string, stateNow: () => unknown) => {
  let generation = newestGeneration(directory)
  let [stateBytes, lineBytes] = [0, 0]
  let later: Line[] = []
  const pathOf = (number: number) => join(directory, `datazone-${number}.jsonl`)

  /** Replaces the file with one that begins with the whole state. */
  const replace = (): void => {
    const state = JSON.stringify(stateNow())
    writeWhole(pathOf(generation + 1), `${state}\n`)
    rmSync(pathOf(generation), { force: true })
    generation += 1
    ;[stateBytes, lineBytes, later] = [state.length, 0, []]
  }
  return {
    /** Returns the state and the lines after it; undefined in a new directory. */
    read: () => (generation === 0 ? undefined : readLines(pathOf(generation))),
    replace,
    replaceIfLarge: (): void => {
      if (lineBytes > Math.max(stateBytes, smallestBytes)) replace()
    },
    /** Keeps a line for the next write. */
    writeLater: (line: Line): void => void later.push(line),
    write: (line: Line): void => {
      const text = [...later, line].map((one) => `${JSON.stringify(one)}\n`).join('')
      appendFileSync(pathOf(generation), text)
      ;[lineBytes, later] = [lineBytes + text.length, []]
    },
  }
}

/** Repeats a call at the time at which it was first made. */
const repeatLine = ({ call, control }: DataZone, line: Line): void => {
  control.advanceClock({ advanceMs: Math.max(0, line.atMs - control.clock().clockMs) })
  try {
    if ('call' in line) {
      const [operation, input, accessKeyId] = line.call
      if (isOperationName(operation)) call(operation, input, accessKeyId ?? undefined)
    } else {
      const [name, ...given] = line.control
      functionsOf(control)[name]?.(...given)
    }
  } catch {
    // The call was refused the first time, too.
  }
}

/**
 * Opens the journal of a directory and repeats its calls. The clock of a restored DataZone then moves to the present, so
 * that runs continued while the stack was stopped.
 */
export const openDataZoneJournal = (
  directory: string,
  options: Omit<DataZoneOptions, 'now'>,
): DataZoneJournal => {
  let heldMs: number | undefined
  const plain = createDataZone({ ...options, now: () => heldMs ?? Date.now() })
  const { control } = plain
  const clockMs = () => control.clock().clockMs

  /** Calls `run` with a clock that stands still, so that a repeated call sees the same times. */
  const held = <Result>(run: () => Result): Result => {
    heldMs = Date.now()
    try {
      return run()
    } finally {
      heldMs = undefined
    }
  }

  const file = journalFile(directory, () => control.state())
  const saved = file.read()
  if (saved !== undefined) {
    held(() => {
      const [state, ...lines] = saved
      control.setState(JSON.parse(JSON.stringify(state)))
      for (const line of lines) repeatLine(plain, lineSchema.parse(line))
    })
    control.advanceClock({ advanceMs: Math.max(0, Date.now() - clockMs()) })
  }
  file.replace()

  const recorded = <Result>(line: Omit<Line, 'atMs'>, run: () => Result): Result => {
    file.replaceIfLarge()
    return held(() => {
      file.write({ ...line, atMs: clockMs() } as Line)
      return run()
    })
  }

  const takeEvents = () =>
    held(() => {
      const events = control.takeEvents()
      if (events.length > 0) file.writeLater({ atMs: clockMs(), control: ['takeEvents'] })
      return events
    })

  const changes = Object.entries(functionsOf(control))
    .filter(([name]) => !reads.has(name))
    .map(([name, change]): [string, Controlled] => [
      name,
      (...given) => recorded({ control: [name, ...given] }, () => change(...given)),
    ])
  return {
    datazone: {
      call: (operation, input, accessKeyId) =>
        recorded({ call: [operation, input, accessKeyId ?? null] }, () =>
          plain.call(operation, input, accessKeyId),
        ),
      control: { ...control, ...Object.fromEntries(changes), takeEvents },
    },
    isRestored: saved !== undefined,
    close: file.replace,
  }
}

const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name)

/** Returns the functions of a control by name; each checks its input. */
const functionsOf = (control: DataZone['control']): Readonly<Record<string, Controlled>> => ({
  ...(control as unknown as Record<string, Controlled>),
})

/** Returns the number of the newest file, which is complete because a rename put it there, or 0 without any file. */
const newestGeneration = (directory: string): number =>
  Math.max(0, ...readdirSync(directory).map((name) => Number(fileName.exec(name)?.[1] ?? 0)))
