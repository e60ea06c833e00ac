import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Breakers } from '../../lib/ports/breakers.ts'
import type { CapUsage } from '../../lib/ports/cap-usage.ts'
import type { Catalog } from '../../lib/ports/catalog.ts'
import type { RunCounts } from '../../lib/ports/run-counts.ts'
import type { RunList } from '../../lib/ports/run-list.ts'
import type { RunStore } from '../../lib/ports/run-store.ts'
import type { SkipHistory } from '../../lib/ports/skip-log.ts'
import type { SweepHistory } from '../../lib/ports/sweep-log.ts'
import type { PauseList, Switches } from '../../lib/ports/switches.ts'
import type { Policy } from '../../lib/run/policy.ts'
import type { QueueLine } from '../shared/protocol.ts'
import type { BusEvents } from './bus-events.ts'

/** The stack that a page shows: its read model, and the clients behind the few changes that operators make. */
export interface PageStack {
  /** Shown in the title. */
  readonly name: string
  readonly store: RunStore
  readonly list: RunList
  readonly pauses: PauseList
  readonly sweeps: SweepHistory
  readonly counts: RunCounts
  readonly switches: Switches
  readonly breakers: Breakers
  readonly skips: SkipHistory
  readonly catalog: Catalog
  /** The rules and caps of the policy in force. */
  readonly policy: () => Promise<Pick<Policy, 'rules' | 'caps'>>
  readonly capUsage: CapUsage
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly sqs: SQSClient
  readonly requestQueueUrl: string
  readonly deadLetterQueueUrl: string
  readonly rejectedQueueUrl: string
  readonly queueDepths: () => Promise<readonly QueueLine[]>
  /** Of a deployed stack, with `--events`. */
  readonly busEvents?: readonly BusEvents[]
  /** Of a local stack only. */
  readonly local?: LocalEndpoints
}

/** What only a local stack has: the addresses of its servers and its workers. */
export interface LocalEndpoints {
  readonly eventbridge: string
  readonly datazone: string
  /** Kills the execution environments of the functions, in the middle of their work. Returns how many. */
  readonly killWorkers?: () => Promise<number>
}
