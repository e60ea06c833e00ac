import { acceptanceName } from '../../../lib/contracts/acceptance.ts'
import { parseServiceEvent, serviceEventNames } from '../../../lib/contracts/service-event.ts'
import { handleEvents } from '../../../lib/usecases/observe/handle-events.ts'
import type { HintFate } from '../../../lib/usecases/observe/hint-report.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { memoryRunStore } from '../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../support/recorders.ts'
import { endedRun, inFlightRun, minute, sourceSubject, subject, t0 } from '../../support/runs.ts'
import { answered, scriptedDataZone, serviceRun, sourceRun } from '../../support/scripted-datazone.ts'
import { defaults } from '../../support/starter-world.ts'
import { row, table } from './cells.ts'

const eventAbout = (name: string, isOurs: boolean): string => {
  const id = name === acceptanceName ? 'asset-1' : isOurs ? 'run-1' : 'run-9'
  return JSON.stringify({
    id: 'event-1',
    time: new Date(t0 + minute).toISOString(),
    source: 'aws.datazone',
    'detail-type': name,
    detail: {
      metadata: { domain: subject.domainId, id, owningProjectId: 'project-1' },
      data: name.startsWith('Data Source') ? { dataSourceId: sourceSubject.dataSourceId } : {},
    },
  })
}

const fateWords: Readonly<Record<HintFate, string>> = {
  settled: 'settled',
  followed: 'followed, in its own record',
  known: 'nothing',
  accepted: 'noted on the run, for the repeat guard',
  early: 'looked at again, because its run id may not be recorded yet',
  undecided: 'looked at again',
  active: 'looked at again',
}

/** Returns what an event leads to, with the DataZone calls that it costs. */
const ofEvent = async (name: string, isOurs: boolean, follows: boolean): Promise<string> => {
  const read = parseServiceEvent(eventAbout(name, isOurs))
  if (read.kind === 'ignored') throw new Error(`${name} is not handled`)
  const isSource = read.kind === 'source-hint'
  const ours =
    name === acceptanceName ? endedRun() : inFlightRun({ subject: isSource ? sourceSubject : subject })
  const datazone = scriptedDataZone({
    getRun: async () => answered(serviceRun({ nativeStatus: 'SUCCEEDED' })),
    getSourceRun: async (_, runId) => answered(sourceRun({ runId, nativeStatus: 'SUCCESS' })),
  })
  const { hints } = await handleEvents([read], {
    store: memoryRunStore(...(isOurs || !isSource ? [ours] : [])),
    datazone,
    bus: recordingBus(),
    queue: recordingQueue(),
    clock: manualClock(t0 + 2 * minute),
    settings: defaults.observer,
    following: { mode: 'run', domainIds: [], followDataSourceRuns: follows ? [{}] : [] },
    deadlineMs: Number.POSITIVE_INFINITY,
  })
  const calls = datazone.calls.length === 0 ? '' : `, by ${datazone.calls.length} Get`
  return `${fateWords[hints[0]?.fate ?? 'known']}${calls}`
}

/** Returns the table of what each event of DataZone leads to, by whose run it is about. */
export const serviceEvents = async (): Promise<string> =>
  table(
    ['event', 'about a requested run', 'about a foreign run', 'foreign, with `followDataSourceRuns`'],
    await Promise.all(
      serviceEventNames.map(async (name) =>
        row(
          name,
          await ofEvent(name, true, false),
          name === acceptanceName ? 'nothing' : await ofEvent(name, false, false),
          name.startsWith('Data Source') ? await ofEvent(name, false, true) : 'the same',
        ),
      ),
    ),
  )
