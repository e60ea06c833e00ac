import type { Activity } from './activity.ts'
import type { InvokeOutcome } from './lambda/environment.ts'
import type { ServiceEndpoints } from './lambda/function-env.ts'
import type { BusEvent } from './servers/bus-event.ts'
import type { ArchivedEvent } from './servers/event-archive.ts'
import type { EntryFault, ServiceEvent } from './servers/eventbridge.ts'
import type { Misfire } from './servers/scheduler.ts'
import type { Service } from './servers/tap.ts'
import type { TapPoint, TapRule } from './servers/tap-rules.ts'

/** What a local stack is started with. */
export interface StackOptions {
  /** The packaged CloudFormation template. */
  readonly template: unknown
  /** What the template's handler paths are relative to. */
  readonly directory: string
  /** Where DataZone, or what stands for it, answers. */
  readonly datazoneEndpoint: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Put into the environment of every function, over what the template sets. */
  readonly settings?: Readonly<Record<string, string>>
  /** Divides the periods of schedules; no clock is scaled. */
  readonly speed?: number
  /** False leaves sweeping to `sweepNow`. */
  readonly schedules?: boolean
  /** Set over what the template sets, by the queue's logical id: a test need not wait for a long visibility timeout. */
  readonly queueAttributes?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Batching windows over what the template sets, by the queue's logical id: these may be fractions. */
  readonly batchingSeconds?: Readonly<Record<string, number>>
  /** Fixed ports; any free one where none is given. */
  readonly ports?: { readonly dynamodb?: number; readonly sqs?: number; readonly eventbridge?: number }
  /** Puts a tap in front of every service, for `tap`. */
  readonly taps?: boolean
  readonly region?: string
  /** Begins the names of resources that the template does not name; unique unless given. */
  readonly stackName?: string
  /** Takes what functions print, line by line, and what went wrong around them. */
  readonly log?: (line: string, source: string) => void
}

/** Everything an AWS SDK client needs to talk to a service of the stack. */
export interface Connection {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** A running local stack. Resources are called by their logical ids in the template. */
export interface Stack {
  readonly region: string
  readonly accountId: string
  /** The servers themselves, not the taps in front of them. */
  readonly endpoints: ServiceEndpoints
  /** Settings for an SDK client of the caller's own. */
  connect(service: Service): Connection
  readonly queueUrls: Readonly<Record<string, string>>
  readonly tableNames: Readonly<Record<string, string>>
  /** The table, where the template has just one. */
  readonly tableName: string
  readonly busNames: Readonly<Record<string, string>>
  /** Every event that reached a bus (`default`, or a logical id), oldest first. */
  archive(bus: string): readonly ArchivedEvent[]
  /** Puts an event of an AWS service on the default bus. */
  publishServiceEvent(event: ServiceEvent): BusEvent
  /** The next PutEvents entries fail with InternalFailure. */
  failNextEvents(entries: number): void
  /** Decides which PutEvents entries fail, until called with `undefined`. */
  setEventFault(fault: EntryFault | undefined): void
  invoke(functionId: string, event: unknown): Promise<InvokeOutcome>
  /** Invokes what the template's one schedule invokes, as the schedule would, now. */
  sweepNow(): Promise<InvokeOutcome>
  /** Times at which a schedule skipped or failed. */
  misfires(): readonly Misfire[]
  activity(): Promise<Activity>
  /** Acts on calls that functions make; needs `taps: true`. */
  tap(rule: TapRule): TapPoint
  /** Stops everything, at once: what runs is cut off. Calling it again waits for the first call. */
  stop(): Promise<void>
}
