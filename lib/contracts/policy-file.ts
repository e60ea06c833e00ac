import * as z from 'zod/mini'
import { canonicalTypes } from '../run/identity.ts'
import type { Policy, Rule } from '../run/policy.ts'
import { present } from '../run/present.ts'
import { triggers } from '../run/trigger.ts'
import { described, generationType, typeList } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** Ids may contain `*` for any number of characters. */
const idGlob = z.string().check(z.regex(/^[a-zA-Z0-9_*-]{1,64}$/))
const typeGlob = z.string().check(z.regex(/^[a-zA-Z0-9_.*-]{1,256}$/))
const nameGlob = z.string().check(z.minLength(1), z.maxLength(256))
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most))

const globs = 'Exact, or with * for any number of characters. An absent field matches everything.'

const RunSettingsInFile = z.strictObject({
  types: described(
    'The types of a request that names none. Three types make two runs. Default: the parameter DefaultTypes.',
    z.exactOptional(typeList),
  ),
  retry: described(
    'Retries a failed run. After a partial success only the failed types are retried. Default: no retry.',
    z.exactOptional(
      z.strictObject({
        attempts: described('The most attempts in all, the first included.', whole(2, 10)),
        delayMinutes: described('Minutes to wait before the next attempt.', whole(1, 1440)),
      }),
    ),
  ),
  deadlineMinutes: described(
    'A run that is still active after this many minutes ends as TIMED_OUT. Default: 240.',
    z.exactOptional(whole(5, 10_080)),
  ),
  cancelAtDeadline: described(
    'Whether a run past its deadline is canceled at DataZone before it ends as TIMED_OUT. Default: false.',
    z.exactOptional(z.boolean()),
  ),
  announceStarted: described(
    'Whether a Started event is sent. Endings are always announced. Default: true.',
    z.exactOptional(z.boolean()),
  ),
  repeatGuardDays: described(
    'Skips the types of a DataZone event whose last run succeeded or was accepted less than this many days ago with the same columns. 0: never skip. Default: 30.',
    z.exactOptional(whole(0, 150)),
  ),
})

const RuleInFile = z.strictObject({
  match: described(
    globs,
    z.strictObject({
      domain: described('The id of the domain.', z.exactOptional(idGlob)),
      project: described('The id of the project that owns the asset.', z.exactOptional(idGlob)),
      assetType: described(
        'The type of the asset, e.g. amazon.datazone.GlueTableAssetType.',
        z.exactOptional(typeGlob),
      ),
      name: described('The name of the asset.', z.exactOptional(nameGlob)),
    }),
  ),
  run: described('How matching assets are run. Give either run or skip.', z.exactOptional(RunSettingsInFile)),
  skip: described(
    'Why matching assets are not run. Give either run or skip.',
    z.exactOptional(z.string().check(z.minLength(1), z.maxLength(200))),
  ),
})

const FollowInFile = z.strictObject({
  domain: described('The id of the domain.', z.exactOptional(idGlob)),
  project: described('The id of the project that owns the data source.', z.exactOptional(idGlob)),
  dataSource: described('The id of the data source.', z.exactOptional(idGlob)),
})

const most = (limit: number) => z.exactOptional(whole(1, limit))

const CapInFile = z.strictObject({
  name: described(
    'The name of the counter. A new name starts a new count.',
    z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)),
  ),
  domain: described('Counts only runs of domains with this id. Default: all.', z.exactOptional(idGlob)),
  project: described('Counts only runs of projects with this id. Default: all.', z.exactOptional(idGlob)),
  type: described(
    'Counts only runs of this type. Default: all metadata generation runs.',
    z.exactOptional(generationType),
  ),
  perDay: described('The most runs per UTC day.', most(1_000_000)),
  perMonth: described('The most runs per UTC month.', most(100_000_000)),
  reserveForLive: described(
    'How many runs of perMonth, or of perDay without perMonth, the lane backfill must leave to live requests.',
    most(100_000_000),
  ),
})

const senderText = z.string().check(z.regex(/^[\x21-\x7E]{1,256}$/))
/** `*` alone would match EventBridge, which delivers DataZone's events. */
const principalGlob = z.string().check(z.regex(/^A[A-Z0-9]{3}[A-Za-z0-9_+=,.@:*-]{1,200}$/))

const SenderInFile = z.strictObject({
  source: described(
    'The source of an event on the run bus. Every sender can choose it, so bind senders that you do not trust by account or principal.',
    z.exactOptional(senderText),
  ),
  account: described(
    'The account that put the event on the run bus.',
    z.exactOptional(z.string().check(z.regex(/^\d{12}$/))),
  ),
  principal: described(
    'The SenderId of a message on the request queue: the id of a user, or the id of a role with a session name, e.g. AROAEXAMPLEID:*.',
    z.exactOptional(principalGlob),
  ),
  allowedProjects: described(
    'The only projects of which the sender may request or cancel runs. Empty: none.',
    z.array(idGlob).check(z.maxLength(100)),
  ),
})

const hasRoomBesideReserve = ({ perDay, perMonth, reserveForLive }: z.infer<typeof CapInFile>): boolean =>
  reserveForLive === undefined || reserveForLive < (perMonth ?? perDay ?? Number.POSITIVE_INFINITY)

const rules = z
  .array(
    RuleInFile.check(
      z.refine((rule) => (rule.run === undefined) !== (rule.skip === undefined), {
        error: 'must have either run or skip',
      }),
    ),
  )
  .check(z.minLength(1), z.maxLength(100))

const triggerList = z.array(z.enum(triggers)).check(
  z.maxLength(triggers.length),
  z.refine((list) => new Set(list).size === list.length, { error: 'must not repeat a trigger' }),
)

const caps = z
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
    z.refine((list) => new Set(list.map(({ name }) => name)).size === list.length, {
      error: 'must not repeat a name',
    }),
  )

const senders = z
  .array(
    SenderInFile.check(
      z.refine(({ source, account, principal }) => (source ?? account ?? principal) !== undefined, {
        error: 'must have source, account or principal',
      }),
    ),
  )
  .check(z.maxLength(100))

/** `config/policy.json`, version 1. Strict, as requests are: a misspelled setting must not be ignored. */
export const PolicyFile = z.strictObject({
  $schema: z.exactOptional(z.string()),
  version: z.literal(1),
  rules: described(
    'The first rule that matches an asset decides. An asset that no rule matches is skipped.',
    rules,
  ),
  triggers: described(
    'The DataZone events that request runs: an asset was published, added to the inventory, got a new version or a changed schema. EventBridge delivers only these, from the next deployment on. Default: ["PUBLISHED"].',
    z.exactOptional(triggerList),
  ),
  followDataSourceRuns: described(
    `Data sources whose runs are followed and announced even when DataZone or another caller started them. ${globs} Default: none.`,
    z.exactOptional(z.array(FollowInFile).check(z.maxLength(100))),
  ),
  caps: described(
    'Limits of metadata generation runs. A run counts in every cap that matches it. A full cap parks it until the next day or month. Default: none.',
    z.exactOptional(caps),
  ),
  senders: described(
    'Binds senders of requests to projects. The first entry that matches a sender decides. A sender that no entry matches may request runs of every project. Exact, or with * for any number of characters. Default: none.',
    z.exactOptional(senders),
  ),
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
