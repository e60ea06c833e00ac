import { sampleCatalogue } from './catalogue/catalogue.ts'
import { type EventPump, pumpEvents } from './datazone/control/event-pump.ts'
import { type DataZoneServer, startDataZoneServer } from './datazone/http/server.ts'
import { packagedTemplate } from './package.ts'
import { hintWindowAtSpeed, settingsAtSpeed } from './speed.ts'
import { type Stack, startStack } from './stack.ts'

export interface LaunchOptions {
  readonly assets: number
  readonly seed: number
  readonly speed: number
  readonly listOrder: 'newest' | 'random'
  /** Whether DataZone's own events reach the default bus; `off` leaves every ending to the sweep. Default: `on`. */
  readonly hints?: 'on' | 'off'
  readonly mode?: 'off' | 'plan' | 'run'
  readonly ports?: {
    readonly datazone?: number
    readonly dynamodb?: number
    readonly sqs?: number
    readonly eventbridge?: number
  }
  readonly log?: (line: string, source: string) => void
}

/** The packaged template's stack and a simulated DataZone that holds the sample assets. */
export interface Launched {
  readonly stack: Stack
  readonly datazone: DataZoneServer
  /** Stops every server and process that `launch` started. */
  stop(): Promise<void>
}

/**
 * Starts everything on loopback.
 * @throws Error with a one-line message when a port is taken or a part cannot start; whatever had started is stopped
 */
export const launch = async (options: LaunchOptions): Promise<Launched> => {
  const { ports = {}, speed } = options
  const { template, directory } = await packagedTemplate()
  const datazone = await startDataZoneServer({
    seed: options.seed,
    speed,
    listOrder: options.listOrder,
    ...(ports.datazone === undefined ? {} : { port: ports.datazone }),
  })
  try {
    datazone.datazone.control.loadCatalogue(sampleCatalogue(options.assets))
    const stack = await startStack({
      template,
      directory,
      datazoneEndpoint: datazone.endpoint,
      parameters: { Mode: options.mode ?? 'run' },
      settings: settingsAtSpeed(speed),
      speed,
      batchingSeconds: { HintQueue: hintWindowAtSpeed(speed) },
      ports,
      ...(options.log === undefined ? {} : { log: options.log }),
    })
    const pump: EventPump | undefined =
      options.hints === 'off'
        ? undefined
        : pumpEvents(datazone.datazone.control, (event) =>
            stack.publishServiceEvent({ ...event, resources: [...event.resources] }),
          )
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
