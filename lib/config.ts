import * as z from 'zod/mini'
import { domainIdPattern, timestamp, timestampMs } from './contracts/fields.ts'
import { parsePolicy } from './contracts/policy-file.ts'
import { parseWith } from './contracts/problems.ts'
import { InvalidConfiguration } from './errors.ts'
import type { ApiSetting } from './ports/datazone.ts'
import { canonicalTypes } from './run/identity.ts'
import type { LookAgainSettings } from './run/look-again.ts'
import { modes } from './run/mode.ts'
import type { Policy } from './run/policy.ts'
import { present } from './run/present.ts'
import { generationTypes } from './run/run.ts'
import type { SweepSettings } from './run/sweep-plan.ts'
import type { FollowSettings } from './usecases/observe/settle-source-hints.ts'
import type { StarterSettings } from './usecases/start/start-context.ts'
import type { SweeperSettings } from './usecases/sweep/sweep-runs.ts'

/** The settings that the functions read from their environment, parsed once at start. */
export interface Config {
  readonly tableName: string
  readonly requestQueueUrl: string
  readonly rejectedQueueUrl: string
  readonly eventBusName: string
  readonly dataZoneApi: ApiSetting
  /** The role for calls to DataZone; undefined calls it with the function's own credentials. */
  readonly catalogRoleArn: string | undefined
  /** Names this function in the sessions of the catalog role. */
  readonly functionName: string
  /** Start slots handed out per second, below DataZone's quota of 10. */
  readonly startRatePerSecond: number
  readonly starter: StarterSettings
  readonly sweeper: SweeperSettings
  readonly hintQueueUrl: string
  readonly observer: ObserverSettings
}

/** Includes when and how often to read a run again after a hint that came too early. */
export interface ObserverSettings extends SweepSettings, LookAgainSettings {
  readonly following: FollowSettings
}

type Env = Readonly<Record<string, string | undefined>>

const text = z.string().check(z.minLength(1))

/** A decimal number of the given range; env values are strings. */
const number = (least: number, most: number) =>
  z.pipe(
    z.string().check(
      z.refine((value) => value.trim() !== '' && Number(value) >= least && Number(value) <= most, {
        error: `must be a number from ${least} to ${most}`,
      }),
    ),
    z.transform(Number),
  )

const seconds = (fallback: number, most = 366 * 24 * 3600) => z._default(number(0.01, most), fallback)

/** A comma-separated list. Empty parts and spaces around a part are dropped. */
const parts = z.pipe(
  z.string(),
  z.transform((value) => value.split(',').flatMap((part) => part.trim() || [])),
)

const Environment = z.object({
  TABLE_NAME: text,
  /** Set by Lambda. */
  AWS_REGION: z.optional(text),
  REQUEST_QUEUE_URL: text,
  REJECTED_QUEUE_URL: text,
  EVENT_BUS_NAME: text,
  HINT_QUEUE_URL: text,
  DATAZONE_API: z._default(z.enum(['auto', 'current', 'older']), 'auto'),
  CATALOG_ROLE_ARN: z._default(
    z.string().check(
      z.regex(/^$|^arn:[a-z0-9-]+:iam::\d{12}:role\/.+$/, {
        error: 'must be the ARN of an IAM role, or empty to call DataZone with the role of the function',
      }),
    ),
    '',
  ),
  /** Set by Lambda. */
  AWS_LAMBDA_FUNCTION_NAME: z._default(text, 'datazone-run-orchestrator'),
  HINT_LOOK_AGAIN_SECONDS: seconds(10, 900),
  MODE: z.enum(modes),
  DOMAIN_IDS: z._default(z.pipe(parts, z.array(z.string().check(z.regex(domainIdPattern)))), []),
  DEFAULT_TYPES: z.pipe(parts, z.array(z.enum(generationTypes)).check(z.minLength(1))),
  START_RATE_PER_SECOND: number(0.001, 1000),
  /** The starter's timeout plus 30 s. */
  LEASE_SECONDS: seconds(60),
  SWEEP_PERIOD_SECONDS: seconds(60),
  /** This and the next two are the three assumptions of lib/run/start-safety.ts. */
  TOKEN_MEMORY_SECONDS: seconds(600),
  LIST_LAG_SECONDS: seconds(120),
  START_EFFECT_SECONDS: seconds(60),
  /** The time that the table was restored to, or empty. */
  RESTORED_TO: z._default(z.union([z.literal(''), timestamp]), ''),
  START_TIMEOUT_SECONDS: seconds(10, 60),
  PARK_SECONDS: seconds(900),
  QUOTA_PROBE_SECONDS: seconds(4 * 3600),
  LOOK_AGAIN_SECONDS: seconds(60),
  NOT_FOUND_GRACE_SECONDS: seconds(300),
  RELEASE_HOLD_SECONDS: seconds(900),
  /** The age from which a sweep reads a run. Hints report most endings earlier, so reads of younger runs find nothing. */
  MIN_AGE_SECONDS: seconds(45),
  /** "Roughly thirty seconds per asset" is the only published duration. */
  RUN_DEADLINE_SECONDS: seconds(4 * 3600),
  /** A request that has waited this long is tried once more, then rejected. */
  MAX_WAIT_DAYS: z._default(number(0.01, 150), 35),
  /** DataZone's daily quota per data source. */
  DATA_SOURCE_RUNS_PER_DAY: z._default(number(1, 1_000_000), 25),
  /** Records expire after 183 days; a request must be 30 days younger. */
  MAX_REQUEST_AGE_SECONDS: seconds(153 * 24 * 3600),
})

const maxSingleGets = 3
const maxLooks = 3
/** Releases take at most half of the Start slots of a sweep period, so that live requests go first. */
const releaseShare = 0.5

type Variables = z.infer<typeof Environment>

const ms = (seconds: number): number => Math.round(seconds * 1000)

const sweepSettings = (value: Variables): SweepSettings => ({
  mode: value.MODE,
  periodMs: ms(value.SWEEP_PERIOD_SECONDS),
  minAgeMs: ms(value.MIN_AGE_SECONDS),
  maxSingleGets,
  runDeadlineMs: ms(value.RUN_DEADLINE_SECONDS),
  maxReleases: Math.max(
    1,
    Math.floor(releaseShare * value.START_RATE_PER_SECOND * value.SWEEP_PERIOD_SECONDS),
  ),
  maxWaitMs: ms(value.MAX_WAIT_DAYS * 24 * 3600),
})

const starterSettings = (value: Variables, policy: Policy): StarterSettings => ({
  mode: value.MODE,
  ...present({ region: value.AWS_REGION }),
  domainIds: value.DOMAIN_IDS,
  defaultTypes: canonicalTypes(value.DEFAULT_TYPES),
  policy,
  assumptions: {
    tokenMemoryMs: ms(value.TOKEN_MEMORY_SECONDS),
    listLagMs: ms(value.LIST_LAG_SECONDS),
    startEffectMs: ms(value.START_EFFECT_SECONDS),
  },
  ...(value.RESTORED_TO === '' ? {} : { restoredToMs: timestampMs(value.RESTORED_TO) }),
  leaseMs: ms(value.LEASE_SECONDS),
  startTimeoutMs: ms(value.START_TIMEOUT_SECONDS),
  parkMs: ms(value.PARK_SECONDS),
  quotaProbeMs: ms(value.QUOTA_PROBE_SECONDS),
  lookAgainMs: ms(value.LOOK_AGAIN_SECONDS),
  notFoundGraceMs: ms(value.NOT_FOUND_GRACE_SECONDS),
  maxWaitMs: ms(value.MAX_WAIT_DAYS * 24 * 3600),
  sourceRunsPerDay: value.DATA_SOURCE_RUNS_PER_DAY,
  maxRequestAgeMs: ms(value.MAX_REQUEST_AGE_SECONDS),
})

const observerSettings = (value: Variables, policy: Policy): ObserverSettings => ({
  ...sweepSettings(value),
  lookAgainSeconds: Math.max(1, Math.round(value.HINT_LOOK_AGAIN_SECONDS)),
  maxLooks,
  following: {
    mode: value.MODE,
    domainIds: value.DOMAIN_IDS,
    followDataSourceRuns: policy.followDataSourceRuns ?? [],
  },
})

/**
 * Reads the settings from the environment and the policy from `config/policy.json`.
 * @throws InvalidConfiguration naming every wrong variable and every wrong place of the policy
 */
export const readConfig = (env: Env, policyFile: unknown): Config => {
  const parsed = parseWith(Environment, env, Number.POSITIVE_INFINITY)
  const policy = parsePolicy(policyFile)
  if (!parsed.ok || !policy.ok) {
    throw new InvalidConfiguration([
      ...(parsed.ok ? [] : parsed.problems),
      ...(policy.ok ? [] : policy.problems.map((problem) => `policy: ${problem}`)),
    ])
  }
  const value = parsed.value
  return {
    tableName: value.TABLE_NAME,
    requestQueueUrl: value.REQUEST_QUEUE_URL,
    rejectedQueueUrl: value.REJECTED_QUEUE_URL,
    eventBusName: value.EVENT_BUS_NAME,
    dataZoneApi: value.DATAZONE_API,
    catalogRoleArn: value.CATALOG_ROLE_ARN === '' ? undefined : value.CATALOG_ROLE_ARN,
    functionName: value.AWS_LAMBDA_FUNCTION_NAME,
    startRatePerSecond: value.START_RATE_PER_SECOND,
    starter: starterSettings(value, policy.value),
    sweeper: { ...sweepSettings(value), releaseHoldMs: ms(value.RELEASE_HOLD_SECONDS) },
    hintQueueUrl: value.HINT_QUEUE_URL,
    observer: observerSettings(value, policy.value),
  }
}
