import { fairWeather, type Weather } from './ports/fates.ts'
import type { CallInfo } from './ports/port-call.ts'
import type { Random } from './ports/random.ts'
import { unreadableMembers } from './service-faults.ts'

/** The three assumptions of docs/ARCHITECTURE.md, as the world keeps them. All in ms. */
interface KeptAssumptions {
  readonly tokenMemoryMs: number
  readonly listLagMs: number
  /** A Start that was sent takes effect within this time. */
  readonly startEffectMs: number
}

export const assumptionNames = ['token-memory', 'list-lag', 'start-effect'] as const
export type AssumptionName = (typeof assumptionNames)[number]

/** Which faults a seed has, and how often. */
export interface Profile {
  readonly assumptions: KeptAssumptions
  /** The chance of each accident in one call. */
  readonly crash: number
  readonly fail: number
  readonly resend: number
  readonly slow: number
  /** The longest delay of a slow call. In some seeds it outlasts the invocation. */
  readonly slowMs: number
  readonly entryFails: number
  readonly twice: number
  readonly undeleted: number
  readonly overlooked: number
  readonly indexLagMs: number
  readonly tickLateMs: number
  readonly tickTwice: number
  readonly skewMs: number
  readonly serviceErrors: number
  /** The share of writes that DynamoDB refuses, because of a conflict or throttling. */
  readonly contendedWrites: number
  /** The chances of a transport fault, and of expired credentials or signatures. */
  readonly transportFaults: number
  readonly staleCredentials: number
  /** Fields of DataZone's answers that are unreadable, also in the calm, and in which share of the answers. */
  readonly unreadable: (typeof unreadableMembers)[number] | undefined
  readonly unreadableShare: number
  readonly unknownStatusShare: number
  readonly partialShare: number
  readonly failureShare: number
  /** DataZone's older API shows one type of a run, and has no partial success. */
  readonly apiGeneration: 'current' | 'older'
  /** Runs that never end. */
  readonly stuckShare: number
  /** The error that answers a cancel which comes too late, and how long a cancel takes. */
  readonly cancelEnded: 'ConflictException' | 'ValidationException'
  readonly cancelMs: number
  readonly conflictBeforeToken: boolean
  readonly listOrder: 'newest' | 'random'
  readonly pageRecords: number
  /** What hints name, and the faults of their delivery. */
  readonly eventPayload: 'run-id' | 'asset-id' | 'both' | 'domain-only'
  readonly partialEvent: 'none' | 'succeeded' | 'failed'
  readonly olderEvents: boolean
  readonly eventDelayMs: number
  readonly eventLostShare: number
  readonly eventDuplicateShare: number
  readonly eventLateShare: number
  readonly eventReorderedShare: number
  /** The median duration of a run. In some seeds it is so short that hints come before run ids are recorded. */
  readonly medianMs: number
}

/** Values far beyond each assumption. */
const brokenAssumptions: Readonly<Record<AssumptionName, Partial<KeptAssumptions>>> = {
  'token-memory': { tokenMemoryMs: 20_000 },
  'list-lag': { listLagMs: 3_600_000 },
  'start-effect': { startEffectMs: 1_200_000 },
}

/** Draws a profile. Half of the seeds lack each kind of fault, so that rare combinations are not lost among common ones. */
export const drawProfile = (random: Random, breaks: AssumptionName | undefined): Profile => {
  const sometimes = (most: number) => (random.chance(0.5) ? random.next() * most : 0)
  const isOlder = random.fork('api generation').chance(0.15)
  const cancels = random.fork('cancel')
  const transport = random.fork('transport')
  const unreadable = random.fork('unreadable')
  const contended = random.fork('contended writes')
  const partialEvent = random.fork('partial event').pick(['none', 'succeeded', 'failed'] as const)
  return {
    assumptions: {
      tokenMemoryMs: 600_000,
      listLagMs: random.chance(0.5) ? random.whole(0, 120_000) : 0,
      startEffectMs: random.chance(0.5) ? 59_000 : 2_000,
      ...(breaks === undefined ? {} : brokenAssumptions[breaks]),
    },
    crash: sometimes(0.1),
    fail: sometimes(0.1),
    resend: sometimes(0.1),
    slow: sometimes(0.08),
    slowMs: random.chance(0.3) ? 45_000 : 3_000,
    entryFails: sometimes(0.3),
    twice: sometimes(0.1),
    undeleted: sometimes(0.1),
    overlooked: sometimes(0.3),
    indexLagMs: random.chance(0.5) ? random.whole(0, 20_000) : 0,
    tickLateMs: random.chance(0.5) ? random.whole(0, 40_000) : 0,
    tickTwice: sometimes(0.3),
    skewMs: random.chance(0.3) ? 2_000 : 0,
    serviceErrors: sometimes(0.4),
    contendedWrites: contended.chance(0.5) ? contended.next() * 0.3 : 0,
    transportFaults: transport.chance(0.4) ? transport.next() * 0.8 : 0,
    staleCredentials: transport.chance(0.4) ? transport.next() * 0.8 : 0,
    unreadable: unreadable.chance(0.3) ? unreadable.pick(unreadableMembers) : undefined,
    unreadableShare: unreadable.pick([0.3, 1]),
    unknownStatusShare: random.chance(0.2) ? 0.2 : 0,
    partialShare: sometimes(0.3) * (isOlder ? 0 : 1),
    apiGeneration: isOlder ? 'older' : 'current',
    failureShare: sometimes(0.3),
    stuckShare: cancels.chance(0.2) ? 0.2 : 0,
    cancelEnded: cancels.pick(['ConflictException', 'ValidationException'] as const),
    cancelMs: cancels.pick([0, 2_000, 20_000]),
    conflictBeforeToken: random.fork('conflict before token').chance(0.3),
    listOrder: random.pick(['newest', 'random'] as const),
    pageRecords: random.chance(0.3) ? random.whole(1, 3) : 1000,
    eventPayload: random.pick(['run-id', 'asset-id', 'both', 'domain-only'] as const),
    partialEvent,
    olderEvents: random.chance(0.3),
    eventDelayMs: random.whole(0, 2_000),
    eventLostShare: sometimes(0.7),
    eventDuplicateShare: sometimes(0.5),
    eventLateShare: sometimes(0.3),
    eventReorderedShare: sometimes(0.5),
    medianMs: random.chance(0.2) ? 200 : 30_000,
  }
}

const isStart = (call: CallInfo): boolean =>
  call.name === 'datazone.StartMetadataGenerationRun' || call.name === 'datazone.StartDataSourceRun'

/** Returns the weather of a call in the storm. */
export const stormFor = (profile: Profile) => {
  const accidents = {
    'crash-before': profile.crash,
    'crash-after': profile.crash,
    'fail-before': profile.fail,
    'fail-after': profile.fail,
    resend: profile.resend,
  }
  const plain: Weather = {
    accidents,
    latencyMs: fairWeather.latencyMs,
    slow: { chance: profile.slow, mostMs: profile.slowMs },
  }
  // A promise relies on how soon a Start takes effect, and on no other call. The latency is added to this delay.
  const start: Weather = {
    ...plain,
    slow: { chance: profile.slow * 3, mostMs: Math.max(0, profile.assumptions.startEffectMs - 500) },
  }
  return (call: CallInfo): Weather => (isStart(call) ? start : plain)
}
