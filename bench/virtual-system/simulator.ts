import { createDataZone, type DataZone } from '../../local/datazone/datazone.ts'
import type { VirtualTime } from '../../test/simulation/ports/clock.ts'
import { assetId, type Case, domainId, projectId } from './case.ts'

const loadAssets = ({ control }: DataZone, count: number): void => {
  control.loadCatalogue({
    domains: [
      {
        id: domainId,
        projects: [{ id: projectId, name: 'one' }],
        assets: Array.from({ length: count }, (_, number) => ({
          id: assetId(number),
          projectId,
          name: `asset ${number}`,
          typeIdentifier: 'amazon.datazone.GlueTableAssetType',
          revision: '1',
          columns: [{ name: 'id', dataType: 'bigint' }],
        })),
      },
    ],
  })
}

/** The simulator with the assets of a case. Runs take about 30 s (lognormal, sigma 0.5), and 5% fail. */
export const simulatorFor = (given: Case, now: () => number): DataZone => {
  const datazone = createDataZone({
    seed: given.seed,
    now,
    medianMs: 30_000,
    sigma: 0.5,
    failureShare: 0.05,
    ...given.datazone,
    ...(given.hints === 'none' ? { eventLostShare: 1 } : {}),
  })
  loadAssets(datazone, given.runs + (given.backfill ?? 0))
  if (given.noise !== undefined)
    datazone.control.setFaults([
      {
        kind: 'error',
        error: 'ThrottlingException',
        operation: 'StartMetadataGenerationRun',
        probability: given.noise,
      },
    ])
  return datazone
}

/** Schedules the end of the noise and the change of the limit, where the case has them. */
export const scheduleChanges = (
  { noiseEndsMs, limitChanges }: Case,
  { control }: DataZone,
  time: VirtualTime,
): void => {
  const startMs = time.now()
  if (noiseEndsMs !== undefined) time.at(startMs + noiseEndsMs, () => control.setFaults([]))
  if (limitChanges === undefined) return
  const { afterMs, startRatePerSecond } = limitChanges
  time.at(startMs + afterMs, () => {
    control.changeSettings({ startRatePerSecond })
  })
}
