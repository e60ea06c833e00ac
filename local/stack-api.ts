import type { Activity } from './activity.ts'
import type { BusEvent } from './eventbridge/bus-event.ts'
import type { ArchivedEvent } from './eventbridge/event-archive.ts'
import type { EntryFault } from './eventbridge/put-events-operation.ts'
import type { ServiceEvent } from './eventbridge/service-event.ts'
import type { InvokeOutcome } from './lambda/environment.ts'
import type { ServiceEndpoints } from './lambda/function-env.ts'
import type { Misfire } from './servers/scheduler.ts'
import type { Service } from './servers/tap.ts'
import type { TapPoint, TapRule } from './servers/tap-rules.ts'
import type { OnServiceMetric } from './service-metric.ts'
import type { PublishedMessage } from './sns/published.ts'
import type { RecordedDelivery } from './target-delivery.ts'
import type { NotRunResource } from './template/plan.ts'

export interface StackOptions {
  /** The packaged CloudFormation template. */
  readonly template: unknown
  /** The directory to which the template's handler paths are relative. */
  readonly directory: string
  /** The endpoint of DataZone or of its simulator. */
  readonly datazoneEndpoint: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Environment variables of every function, which override those of the template. */
  readonly settings?: Readonly<Record<string, string>>
  /** Divides the periods of schedules. Clocks are not scaled. */
  readonly speed?: number
  /** Whether schedules fire. Default: true. Without them, only `sweepNow` sweeps. */
  readonly schedules?: boolean
  /** Queue attributes by logical id, which override those of the template, e.g. a visibility timeout for a test. */
  readonly queueAttributes?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * Batching windows by the queue's logical id, in seconds, which override those of the template and may be fractions.
   */
  readonly batchingSeconds?: Readonly<Record<string, number>>
  /** Fixed ports. Default: any free port. */
  readonly ports?: { readonly dynamodb?: number; readonly sqs?: number; readonly eventbridge?: number }
  /** Keeps the table, queues, rules and events in this directory. Default: in memory. */
  readonly dataDir?: string
  /** Restarts the DynamoDB engine on the same data when it dies. Default: false. */
  readonly supervise?: boolean
  /** The address on which the servers listen. Default: 127.0.0.1. */
  readonly host?: string
  /** Whether a tap is in front of every service, which `tap` needs. Default: false. */
  readonly taps?: boolean
  readonly region?: string
  /** The prefix of resource names that the template does not set. Default: a unique prefix. */
  readonly stackName?: string
  /** Receives each message that an SNS topic accepts. */
  readonly onPublish?: (message: PublishedMessage) => void
  /** Receives the metrics that AWS would publish about functions and rules. */
  readonly onMetric?: OnServiceMetric
  /** Receives each line that a function prints, and each problem of the stack itself. */
  readonly log?: (line: string, source: string) => void
}

/** The settings that an AWS SDK client needs to call a service of the stack. */
export interface Connection {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** A running local stack. Its members use the logical ids of the template for resources. */
export interface Stack {
  readonly region: string
  readonly accountId: string
  /** The addresses of the servers, not of the taps in front of them. */
  readonly endpoints: ServiceEndpoints
  /** Returns the settings for an SDK client of a service. */
  connect(service: Service): Connection
  readonly queueUrls: Readonly<Record<string, string>>
  readonly tableNames: Readonly<Record<string, string>>
  /** The name of the only table. Throws Error when the template has several. */
  readonly tableName: string
  readonly busNames: Readonly<Record<string, string>>
  /** Returns every event that reached a bus (`default` or a logical id), oldest first. */
  archive(bus: string): readonly ArchivedEvent[]
  /** Calls the listener with each event that reaches a bus from now on. Returns a function that stops it. */
  onEvent(listener: (archived: ArchivedEvent) => void): () => void
  /** Returns the last messages that SNS topics accepted, oldest first. */
  published(): readonly PublishedMessage[]
  /** Returns the deliveries to targets that the local stack does not run, oldest first. */
  recordedDeliveries(): readonly RecordedDelivery[]
  /** The resources of the template that would act on AWS and that the local stack does not run. */
  readonly notRun: readonly NotRunResource[]
  /** Puts an event of an AWS service on the default bus. */
  publishServiceEvent(event: ServiceEvent): BusEvent
  /** Makes this many of the next PutEvents entries fail with InternalFailure. */
  failNextEvents(entries: number): void
  /** Sets the function that decides which PutEvents entries fail; undefined removes it. */
  setEventFault(fault: EntryFault | undefined): void
  /** Invokes a function. A failure is an outcome; the promise rejects only for an unknown function. */
  invoke(functionId: string, event: unknown): Promise<InvokeOutcome>
  /** Fires the template's only schedule now. */
  sweepNow(): Promise<InvokeOutcome>
  /** Kills every execution environment, even in the middle of an invocation, and returns how many there were. */
  killWorkers(): Promise<number>
  /** Returns the times at which a schedule skipped a firing or failed. */
  misfires(): readonly Misfire[]
  /** Returns how busy the stack is. */
  activity(): Promise<Activity>
  /** Adds a rule that acts on calls of the functions. Throws Error without `taps: true`. */
  tap(rule: TapRule): TapPoint
  /** Stops every part of the stack and kills running functions. A second call waits for the first. */
  stop(): Promise<void>
}
