import * as z from 'zod/mini'
import { canonicalTypes } from '../run/identity.ts'
import type { Policy, Rule } from '../run/policy.ts'
import { present } from '../run/present.ts'
import { triggers } from '../run/trigger.ts'
import { generationType, typeList } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** Ids may contain `*` for any number of characters. */
const idGlob = z.string().check(z.regex(/^[a-zA-Z0-9_*-]{1,64}$/))
const typeGlob = z.string().check(z.regex(/^[a-zA-Z0-9_.*-]{1,256}$/))
const nameGlob = z.string().check(z.minLength(1), z.maxLength(256))
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most))

const RunSettingsInFile = z.strictObject({
  types: z.exactOptional(typeList).register(z.globalRegistry, {
    description:
      'The types of a request that names none. Three types make two runs. Default: the parameter DefaultTypes.',
  }),
  retry: z
    .exactOptional(z.strictObject({ attempts: whole(2, 10), delayMinutes: whole(1, 1440) }))
    .register(z.globalRegistry, {
      description:
        'Retries a failed run, up to this many attempts in all. After a partial success only the failed types are retried. Default: no retry.',
    }),
  deadlineMinutes: z.exactOptional(whole(5, 10_080)).register(z.globalRegistry, {
    description: 'A run that is still active after this many minutes ends as TIMED_OUT. Default: 240.',
  }),
  cancelAtDeadline: z.exactOptional(z.boolean()).register(z.globalRegistry, {
    description:
      'Whether a run past its deadline is canceled at DataZone before it ends as TIMED_OUT. Default: false.',
  }),
  announceStarted: z.exactOptional(z.boolean()).register(z.globalRegistry, {
    description: 'Whether a Started event is sent. Endings are always sent. Default: true.',
  }),
  repeatGuardDays: z.exactOptional(whole(0, 150)).register(z.globalRegistry, {
    description:
      'Skips the types of a DataZone event whose last run succeeded or was accepted less than this many days ago with the same columns. 0: never skip. Default: 30.',
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
      description: 'Exact, or with * for any number of characters. An absent field matches everything.',
    }),
  run: z
    .exactOptional(RunSettingsInFile)
    .register(z.globalRegistry, { description: 'How matching assets are run. Give either run or skip.' }),
  skip: z
    .exactOptional(z.string().check(z.minLength(1), z.maxLength(200)))
    .register(z.globalRegistry, { description: 'Why matching assets are not run. Give either run or skip.' }),
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
      description: 'The name of the counter. A new name starts a new count.',
    }),
  domain: z.exactOptional(idGlob),
  project: z.exactOptional(idGlob),
  type: z.exactOptional(generationType).register(z.globalRegistry, {
    description: 'Count only runs of this type. Default: all metadata generation runs.',
  }),
  perDay: most(1_000_000).register(z.globalRegistry, { description: 'Runs per UTC day.' }),
  perMonth: most(100_000_000).register(z.globalRegistry, { description: 'Runs per UTC month.' }),
  reserveForLive: most(100_000_000).register(z.globalRegistry, {
    description:
      'How many runs of perMonth, or of perDay without perMonth, the lane backfill must leave to live requests.',
  }),
})

const senderText = z.string().check(z.regex(/^[\x21-\x7E]{1,256}$/))
/** `*` alone would match EventBridge, which delivers DataZone's events. */
const principalGlob = z.string().check(z.regex(/^A[A-Z0-9]{3}[A-Za-z0-9_+=,.@:*-]{1,200}$/))

const SenderInFile = z.strictObject({
  source: z.exactOptional(senderText).register(z.globalRegistry, {
    description:
      'The source of an event on the run bus. Its sender chooses it, so bind an account or a principal that you do not trust.',
  }),
  account: z
    .exactOptional(z.string().check(z.regex(/^\d{12}$/)))
    .register(z.globalRegistry, { description: 'The account that put the event on the run bus.' }),
  principal: z.exactOptional(principalGlob).register(z.globalRegistry, {
    description:
      'The SenderId of a message on the request queue: the id of a user, or the id of a role with a session name, e.g. AROAEXAMPLEID:*.',
  }),
  allowedProjects: z.array(idGlob).check(z.maxLength(100)).register(z.globalRegistry, {
    description: 'The only projects that the sender may request or cancel runs of. Empty: none.',
  }),
})

const hasRoomBesideReserve = ({ perDay, perMonth, reserveForLive }: z.infer<typeof CapInFile>): boolean =>
  reserveForLive === undefined || reserveForLive < (perMonth ?? perDay ?? Number.POSITIVE_INFINITY)

/** `config/policy.json`, version 1. Strict, as requests are: a misspelled setting must not be ignored. */
export const PolicyFile = z.strictObject({
  $schema: z.exactOptional(z.string()),
  version: z.literal(1),
  rules: z
    .array(
      RuleInFile.check(
        z.refine((rule) => (rule.run === undefined) !== (rule.skip === undefined), {
          error: 'must have either run or skip',
        }),
      ),
    )
    .check(z.minLength(1), z.maxLength(100))
    .register(z.globalRegistry, {
      description: 'The first rule that matches decides. An asset that no rule matches is skipped.',
    }),
  triggers: z
    .exactOptional(
      z.array(z.enum(triggers)).check(
        z.maxLength(triggers.length),
        z.refine((list) => new Set(list).size === list.length, { error: 'must not repeat a trigger' }),
      ),
    )
    .register(z.globalRegistry, {
      description:
        'The DataZone events that request runs: an asset was published, added to the inventory, got a new version or a changed schema. Only these are delivered, from the next deployment on. Default: ["PUBLISHED"].',
    }),
  followDataSourceRuns: z
    .exactOptional(z.array(FollowInFile).check(z.maxLength(100)))
    .register(z.globalRegistry, {
      description:
        'Data sources whose runs are followed and announced even when DataZone or another caller started them. Exact, or with * for any number of characters. An absent field matches everything. Default: none.',
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
              error: 'must have a reserveForLive below perMonth, or below perDay without perMonth',
            }),
          ),
        )
        .check(
          z.maxLength(20),
          z.refine((caps) => new Set(caps.map(({ name }) => name)).size === caps.length, {
            error: 'must not repeat a name',
          }),
        ),
    )
    .register(z.globalRegistry, {
      description:
        'Limits of metadata generation runs. A run counts in every cap that matches it; a full cap parks it until the next day or month. Default: none.',
    }),
  senders: z
    .exactOptional(
      z
        .array(
          SenderInFile.check(
            z.refine(({ source, account, principal }) => (source ?? account ?? principal) !== undefined, {
              error: 'must have source, account or principal',
            }),
          ),
        )
        .check(z.maxLength(100)),
    )
    .register(z.globalRegistry, {
      description:
        'Binds senders of requests to projects. The first entry that matches a sender decides; a sender that none matches may request every project. Exact, or with * for any number of characters. Default: none.',
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

/** Writes the place `rules.2.match` as `rules[2].match`, and `body` as `file`. */
const placed = (problem: string): string =>
  problem.replace(/^body:/, 'file:').replace(/^[^:]*/, (path) => path.replace(/\.(\d+)(?=\.|$)/g, '[$1]'))

/** Parses a policy file, or returns its problems, each with its place. */
export const parsePolicy = (file: unknown): Parsed<Policy> => {
  const parsed = parseWith(PolicyFile, file, Number.POSITIVE_INFINITY)
  if (parsed.ok) {
    const { rules, triggers: wanted = ['PUBLISHED'], caps = [], followDataSourceRuns, senders } = parsed.value
    return {
      ok: true,
      value: {
        rules: rules.map(ruleOf),
        triggers: wanted,
        caps,
        ...present({ followDataSourceRuns, senders }),
      },
    }
  }
  return { ok: false, problems: parsed.problems.map(placed) }
}
