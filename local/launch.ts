import { present } from '../lib/run/present.ts'
import { openDataZoneJournal } from './data-dir/datazone-journal.ts'
import { type EventPump, pumpEvents } from './datazone/control/event-pump.ts'
import { type DataZoneServer, startDataZoneServer } from './datazone/http/server.ts'
import { profileFrom, settingsOfProfile } from './datazone/input/profile.ts'
import { packagedTemplate } from './package.ts'
import { sampleWithDataSources } from './simulator-catalogue.ts'
import { hintWindowAtSpeed, notificationWindowAtSpeed, settingsAtSpeed } from './speed.ts'
import { type Stack, startStack } from './stack.ts'
import type { StackOptions } from './stack-api.ts'

export interface LaunchOptions
  extends Pick<StackOptions, 'host' | 'log' | 'supervise' | 'dataDir' | 'onPublish'> {
  readonly assets: number
  readonly seed: number
  readonly speed: number
  readonly listOrder: 'newest' | 'oldest' | 'random'
  /** A profile that `dzrun doctor --live` wrote. Its settings replace `listOrder`. */
  readonly profile?: string | undefined
  /** The generation of the simulator's API. Default: `current`. */
  readonly api?: 'current' | 'older'
  /** Whether DataZone's own events reach the default bus; `off` leaves every ending to the sweeps. Default: `on`. */
  readonly hints?: 'on' | 'off'
  /** Whether the stack has the notifier, whose messages `onPublish` receives. Default: false. */
  readonly notifies?: boolean
  readonly mode?: 'off' | 'plan' | 'run'
  readonly ports?: StackOptions['ports'] & { readonly datazone?: number }
  /** Receives a line before each step that takes time. */
  readonly onStep?: (step: string) => void
}

/** The stack of the packaged template, and a simulated DataZone with the sample assets. */
export interface Launched {
  readonly stack: Stack
  readonly datazone: DataZoneServer
  /** Stops every server and process that `launch` started. */
  stop(): Promise<void>
}

/**
 * Starts the packaged stack and the DataZone simulator on this machine.
 * @throws Error with a one-line message when a port is in use or a part does not start; parts that had started are
 * stopped
 */
export const launch = async (options: LaunchOptions): Promise<Launched> => {
  const { ports = {}, onStep = () => {}, speed, log, host, supervise, dataDir, onPublish } = options
  onStep('packaging the service with serverless package (takes seconds after a change)')
  const { template, directory } = await packagedTemplate()
  onStep('starting DynamoDB, SQS, EventBridge and the DataZone simulator')
  const datazone = await startDataZone(options)
  try {
    const stack = await startStack({
      template,
      directory,
      datazoneEndpoint: datazone.endpoint,
      parameters: {
        Mode: options.mode ?? 'run',
        ...(options.notifies === true ? { NotificationEmail: 'you@example.com' } : {}),
      },
      settings: { ...settingsAtSpeed(speed), DZRUN_FLAGS: '--local' },
      speed,
      batchingSeconds: {
        HintQueue: hintWindowAtSpeed(speed),
        NotificationQueue: notificationWindowAtSpeed(speed),
      },
      ports,
      ...present({ log, host, supervise, dataDir, onPublish }),
    })
    const pump = options.hints === 'off' ? undefined : pumpHints(datazone, stack)
    const stop = async () => {
      await pump?.stop()
      await stack.stop()
      await datazone.stop()
    }
    return { stack, datazone, stop }
  } catch (error) {
    await datazone.stop()
    throw error
  }
}

/** Starts the simulator with the state in the data directory, or else with the sample assets. */
const startDataZone = async (options: LaunchOptions): Promise<DataZoneServer> => {
  const { seed, speed, listOrder, api: apiGeneration = 'current', ports, host, dataDir } = options
  const recorded = options.profile === undefined ? {} : settingsOfProfile(profileFrom(options.profile))
  // A recorded lag is divided by the speed, as all waiting times are.
  const { listLagMs = 0 } = recorded
  const settings = { seed, speed, listOrder, apiGeneration, ...recorded, listLagMs: listLagMs / speed }
  const { seed: _, ...changeable } = settings
  const journal = dataDir === undefined ? undefined : openDataZoneJournal(dataDir, settings)
  const server = await startDataZoneServer({
    ...settings,
    ...present({ datazone: journal?.datazone, port: ports?.datazone, host }),
  })
  const { control } = server.datazone
  if (journal?.isRestored) control.changeSettings(changeable)
  else control.loadCatalogue(sampleWithDataSources(options.assets))
  const stop = async () => {
    await server.stop()
    journal?.close()
  }
  return { ...server, stop }
}

const pumpHints = ({ datazone }: DataZoneServer, stack: Stack): EventPump =>
  pumpEvents(datazone.control, (event) =>
    stack.publishServiceEvent({ ...event, resources: [...event.resources] }),
  )
