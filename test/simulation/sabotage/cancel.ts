import { nextAttempt } from '../../../lib/run/retry.ts'
import { type InFlightRun, isCancelRequested, owesCancel, type Run } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import { lastLine, type Sabotage, withDataZone, withoutCancel, withoutOrder, withStore } from './sabotage.ts'

/** Defects in canceling. */
export const cancelSabotages: readonly Sabotage[] = [
  {
    name: 'overlook a cancel on a claim',
    ports: (ports) =>
      withStore(ports, {
        // Saves the run id without the cancel, as if the claim had been read before the cancel came. The caller then reads
        // the record again, and finds the run id.
        save: async (run) => {
          if (!owesCancel(run) || !lastLine(run).startsWith('started as')) return ports.store.save(run)
          const inFlight: InFlightRun = run
          const { cancel: _, ...overlooked } = inFlight
          await ports.store.save(overlooked)
          return undefined
        },
      }),
  },
  {
    name: 'cancel without looking for an earlier Start',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) => {
          if (run.state !== 'PARKED' || !isCancelRequested(run) || run.earlierStart === undefined)
            return ports.store.save(run)
          const next = transition(run, { kind: 'CANCELED' }, ports.clock.now())
          if (next.outcome === 'changed') await ports.store.save(next.run)
          return undefined
        },
      }),
  },
  {
    name: 'cancel without recording it first',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) =>
          owesCancel(run) && lastLine(run).startsWith('cancel requested by') ? run : ports.store.save(run),
      }),
  },
  {
    name: 'take a failed cancel for an accepted one',
    ports: (ports) =>
      withDataZone(ports, {
        cancelRun: async (domainId, runId) => {
          await ports.datazone.cancelRun(domainId, runId)
          return { outcome: 'answered', value: undefined }
        },
      }),
  },
  {
    name: 'retry a canceled run',
    ports: (ports) =>
      withStore(ports, {
        save: async (run) => {
          const next =
            run.state === 'ENDED' && run.announcedAtMs === undefined && isCancelRequested(run)
              ? nextAttempt({ ...withoutCancel(run), ending: 'FAILED' }, ports.clock.now())
              : undefined
          if (run.state !== 'ENDED' || next === undefined) return ports.store.save(run)
          await ports.store.endWithNext({ ...run, willRetry: true }, next)
          return undefined
        },
      }),
  },
  {
    name: 'a pause holds a record that is to be canceled',
    sweeper: (ports) =>
      withStore(ports, {
        async *waiting(nowMs) {
          const kept = new Set<Run>()
          for await (const page of ports.store.waiting(nowMs)) {
            for (const run of page.runs) {
              const isParked = run.state === 'PARKED' && isCancelRequested(run)
              const { domainId } = run.subject
              if (isParked && (await ports.switches.pauseOf(domainId, run.projectId)) !== undefined)
                kept.add(run)
            }
            yield { ...page, runs: page.runs.filter((run) => !kept.has(run)) }
          }
        },
      }),
  },
  {
    name: 'give up at the deadline without a cancel',
    appliesTo: ({ profile, scenario }) => scenario.cancelsAtDeadline && profile.stuckShare > 0,
    settings: (settings) => withoutOrder(settings, 'cancelAtDeadline'),
  },
]
