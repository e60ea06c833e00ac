import * as z from 'zod/mini'
import { canonicalTypes } from '../run/identity.ts'
import type { Policy, Rule } from '../run/policy.ts'
import { generationType, typeList } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** Ids may hold `*` for any number of characters. */
const idGlob = z.string().check(z.regex(/^[a-zA-Z0-9_*-]{1,64}$/))
const typeGlob = z.string().check(z.regex(/^[a-zA-Z0-9_.*-]{1,256}$/))
const nameGlob = z.string().check(z.minLength(1), z.maxLength(256))
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most))

const RunOrders = z.strictObject({
  types: z.exactOptional(typeList).register(z.globalRegistry, {
    description: 'Of a request that names none. Three make two runs. Default: the parameter DefaultTypes.',
  }),
  retry: z
    .exactOptional(z.strictObject({ attempts: whole(2, 10), delayMinutes: whole(1, 1440) }))
    .register(z.globalRegistry, {
      description:
        'Runs that failed again, up to this many attempts in all; of a partial success only the types that failed. Default: never.',
    }),
  deadlineMinutes: z.exactOptional(whole(5, 10_080)).register(z.globalRegistry, {
    description: 'A run that still goes on after this long ends as TIMED_OUT. Default: four hours.',
  }),
  cancelAtDeadline: z.exactOptional(z.boolean()).register(z.globalRegistry, {
    description:
      'Whether a run that is past its deadline is canceled at DataZone before it ends as TIMED_OUT. Default: false.',
  }),
  announceStarted: z.exactOptional(z.boolean()).register(z.globalRegistry, {
    description: 'Whether a Started event is sent. Endings always are. Default: true.',
  }),
  repeatGuardDays: z.exactOptional(whole(0, 150)).register(z.globalRegistry, {
    description:
      'A publish of an asset whose last run of the same types succeeded less than this many days ago is skipped. 0: never. Default: 30.',
  }),
})

const RuleInFile = z.strictObject({
  match: z
    .strictObject({
      domain: z.exactOptional(idGlob),
      project: z.exactOptional(idGlob),
      assetType: z.exactOptional(typeGlob),
      name: z.exactOptional(nameGlob),
    })
    .register(z.globalRegistry, {
      description: 'Exact, or with * for any number of characters. What is left out matches everything.',
    }),
  run: z.exactOptional(RunOrders).register(z.globalRegistry, { description: 'Give this or skip.' }),
  skip: z
    .exactOptional(z.string().check(z.minLength(1), z.maxLength(200)))
    .register(z.globalRegistry, { description: 'Why such an asset is not run. Give this or run.' }),
})

const FollowInFile = z.strictObject({
  domain: z.exactOptional(idGlob),
  project: z.exactOptional(idGlob),
  dataSource: z.exactOptional(idGlob),
})

const most = (limit: number) => z.exactOptional(whole(1, limit))

const CapInFile = z.strictObject({
  name: z
    .string()
    .check(z.regex(/^[a-z0-9-]{1,40}$/))
    .register(z.globalRegistry, {
      description: 'What it is counted under. Under a new name it counts from nothing.',
    }),
  domain: z.exactOptional(idGlob),
  project: z.exactOptional(idGlob),
  type: z.exactOptional(generationType).register(z.globalRegistry, {
    description: 'Only runs that ask for this type. Default: all metadata runs.',
  }),
  perDay: most(1_000_000).register(z.globalRegistry, { description: 'Runs in a day of UTC.' }),
  perMonth: most(100_000_000).register(z.globalRegistry, { description: 'Runs in a month of UTC.' }),
  reserveForLive: most(100_000_000).register(z.globalRegistry, {
    description:
      'The last so many of perMonth, or of perDay where there is no perMonth, are not for the lane backfill.',
  }),
})

const hasRoomBesideReserve = ({ perDay, perMonth, reserveForLive }: z.infer<typeof CapInFile>): boolean =>
  reserveForLive === undefined || reserveForLive < (perMonth ?? perDay ?? Number.POSITIVE_INFINITY)

/** `config/policy.json`, version 1. Strict, as requests are: a misspelt setting must not be ignored. */
export const PolicyFile = z.strictObject({
  $schema: z.exactOptional(z.string()),
  version: z.literal(1),
  rules: z
    .array(
      RuleInFile.check(
        z.refine((rule) => (rule.run === undefined) !== (rule.skip === undefined), {
          error: 'must have one of run and skip',
        }),
      ),
    )
    .check(z.minLength(1), z.maxLength(100))
    .register(z.globalRegistry, {
      description: 'The first rule that matches wins; an asset that none matches is skipped.',
    }),
  followDataSourceRuns: z
    .exactOptional(z.array(FollowInFile).check(z.maxLength(100)))
    .register(z.globalRegistry, {
      description:
        'Data sources whose runs are followed and announced too when others start them, by schedule or in the portal. Exact, or with * for any number of characters; what is left out matches everything. Default: none.',
    }),
  caps: z
    .exactOptional(
      z
        .array(
          CapInFile.check(
            z.refine((cap) => cap.perDay !== undefined || cap.perMonth !== undefined, {
              error: 'must have perDay or perMonth',
            }),
            z.refine(hasRoomBesideReserve, {
              error: 'must have a reserveForLive smaller than perMonth, or than perDay without one',
            }),
          ),
        )
        .check(
          z.maxLength(20),
          z.refine((caps) => new Set(caps.map(({ name }) => name)).size === caps.length, {
            error: 'must not give a name twice',
          }),
        ),
    )
    .register(z.globalRegistry, {
      description:
        'How many metadata runs there may be. A run counts in every cap that fits it; one that is full parks it until its day or month turns. Default: none.',
    }),
})

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const defaultGuardDays = 30

const ruleOf = ({ match, run, skip }: z.infer<typeof RuleInFile>): Rule => {
  if (skip !== undefined) return { match, verdict: { kind: 'skip', because: skip } }
  const {
    types,
    retry,
    deadlineMinutes,
    cancelAtDeadline,
    announceStarted,
    repeatGuardDays = defaultGuardDays,
  } = run ?? {}
  return {
    match,
    verdict: {
      kind: 'run',
      ...(types === undefined ? {} : { types: canonicalTypes(types) }),
      policy: {
        ...(retry === undefined
          ? {}
          : { retry: { attempts: retry.attempts, delayMs: retry.delayMinutes * minuteMs } }),
        ...(deadlineMinutes === undefined ? {} : { deadlineMs: deadlineMinutes * minuteMs }),
        ...(cancelAtDeadline === true ? { cancelAtDeadline } : {}),
        ...(announceStarted === false ? { announceStarted: false } : {}),
        ...(repeatGuardDays === 0 ? {} : { repeatGuardMs: repeatGuardDays * dayMs }),
      },
    },
  }
}

/** `rules.2.match.domain: ...` as people write it: `rules[2].match.domain: ...`; the whole is the file. */
const placed = (problem: string): string =>
  problem.replace(/^body:/, 'file:').replace(/^[^:]*/, (path) => path.replace(/\.(\d+)(?=\.|$)/g, '[$1]'))

/** The policy of a file, or what is wrong with it, each problem with its place. */
export const parsePolicy = (file: unknown): Parsed<Policy> => {
  const parsed = parseWith(PolicyFile, file, Number.POSITIVE_INFINITY)
  if (parsed.ok) {
    const { rules, caps = [], followDataSourceRuns } = parsed.value
    return {
      ok: true,
      value: {
        rules: rules.map(ruleOf),
        caps,
        ...(followDataSourceRuns === undefined ? {} : { followDataSourceRuns }),
      },
    }
  }
  return { ok: false, problems: parsed.problems.map(placed) }
}
