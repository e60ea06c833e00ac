import { classify } from '../../../lib/adapters/datazone/classify.ts'
import type { Answer, Refusal, RefusalKind, ServiceRun } from '../../../lib/ports/datazone.ts'
import { type Sabotage, withDataZone } from './sabotage.ts'

const hasUnreadable: NonNullable<Sabotage['appliesTo']> = ({ profile }) => profile.unreadable !== undefined
const hasTransportFaults: NonNullable<Sabotage['appliesTo']> = ({ profile, program }) =>
  profile.transportFaults > 0.05 && program.actions.some(({ action }) => action.kind === 'service')
const hasStaleCredentials: NonNullable<Sabotage['appliesTo']> = ({ profile, program }) =>
  profile.staleCredentials > 0.1 && program.actions.some(({ action }) => action.kind === 'service')
const isOlder: NonNullable<Sabotage['appliesTo']> = ({ profile }) => profile.apiGeneration === 'older'

const unreadable: Answer<never> = {
  outcome: 'refused',
  refusal: classify(new Error('one field is unreadable')),
}

/** Returns the answer, or a refusal where its creation time is unreadable. */
const strictly = (answer: Answer<ServiceRun>): Answer<ServiceRun> =>
  answer.outcome === 'answered' && answer.value.createdAtMs === undefined ? unreadable : answer

/** Returns the answer, with its refusal as another kind where the name of its error matches. */
const misread = <T>(answer: Answer<T>, names: RegExp, kind: RefusalKind): Answer<T> =>
  answer.outcome === 'refused' && names.test(answer.refusal.name)
    ? { outcome: 'refused', refusal: { ...answer.refusal, kind, definite: true } }
    : answer

const staleNames = /^(InvalidSignature|ExpiredToken|UnrecognizedClient)/
const misreadingStale =
  (kind: RefusalKind): NonNullable<Sabotage['ports']> =>
  (ports) =>
    withDataZone(ports, {
      startRun: async (input, abortAfterMs) =>
        misread(await ports.datazone.startRun(input, abortAfterMs), staleNames, kind),
      getAsset: async (domainId, assetId) =>
        misread(await ports.datazone.getAsset(domainId, assetId), staleNames, kind),
    })

const brokenNames = /^(UnknownError|UnreadableAnswer|Error)$/

const requiresTypes: Refusal = {
  ...classify(new Error('type must not be null')),
  kind: 'INVALID',
  definite: true,
  name: 'ValidationException',
}

/** Defects in reading DataZone's answers, and messages. */
export const answersSabotages: readonly Sabotage[] = [
  {
    name: 'lose a Start to one unreadable field',
    appliesTo: hasUnreadable,
    ports: (ports) =>
      withDataZone(ports, {
        startRun: async (input, abortAfterMs) => strictly(await ports.datazone.startRun(input, abortAfterMs)),
      }),
  },
  {
    name: 'lose a Get to one unreadable field',
    appliesTo: hasUnreadable,
    ports: (ports) =>
      withDataZone(ports, {
        getRun: async (domainId, runId) => strictly(await ports.datazone.getRun(domainId, runId)),
      }),
  },
  {
    name: 'lose a data source run to one unreadable field',
    appliesTo: hasUnreadable,
    ports: (ports) =>
      withDataZone(ports, {
        getSourceRun: async (domainId, runId) => strictly(await ports.datazone.getSourceRun(domainId, runId)),
        startSourceRun: async (input, abortAfterMs) =>
          strictly(await ports.datazone.startSourceRun(input, abortAfterMs)),
      }),
  },
  {
    name: 'lose a List page to one unreadable item',
    appliesTo: ({ profile, program }) =>
      profile.apiGeneration === 'current' &&
      profile.unreadable === undefined &&
      program.actions.some(({ action }) => action.kind === 'portal-start' && action.isUnreadable === true),
    ports: (ports) =>
      withDataZone(ports, {
        listRuns: async (domainId, query) => {
          const answer = await ports.datazone.listRuns(domainId, query)
          const isWhole =
            answer.outcome === 'refused' ||
            answer.value.runs.every(({ createdAtMs }) => createdAtMs !== undefined)
          return isWhole ? answer : unreadable
        },
      }),
  },
  {
    name: 'take an expired signature for a denied permission',
    appliesTo: hasStaleCredentials,
    ports: misreadingStale('DENIED'),
  },
  {
    name: 'take an expired signature for an invalid request',
    appliesTo: hasStaleCredentials,
    ports: misreadingStale('INVALID'),
  },
  {
    name: "take a proxy's page for a refusal of the request",
    appliesTo: hasTransportFaults,
    ports: (ports) =>
      withDataZone(ports, {
        startRun: async (input, abortAfterMs) =>
          misread(await ports.datazone.startRun(input, abortAfterMs), brokenNames, 'INVALID'),
      }),
  },
  {
    name: 'take a truncated answer for a definite refusal',
    appliesTo: hasTransportFaults,
    ports: (ports, { random }) =>
      withDataZone(ports, {
        startRun: async (input, abortAfterMs) => {
          const clientToken = `${input.clientToken.slice(0, 100)}-${random.whole(0, 1e9)}`
          const answer = await ports.datazone.startRun({ ...input, clientToken }, abortAfterMs)
          return misread(answer, /^UnreadableAnswer$/, 'THROTTLED')
        },
      }),
  },
  {
    name: 'know only the current API',
    appliesTo: isOlder,
    ports: (ports) =>
      withDataZone(ports, {
        startRun: async () => ({ outcome: 'refused', refusal: requiresTypes }),
      }),
  },
  {
    name: 'start the first type for all on the older API',
    appliesTo: (drawn) => isOlder(drawn) && drawn.scenario.sets.some(({ length }) => length > 1),
    ports: (ports) =>
      withDataZone(ports, {
        startRun: (input, abortAfterMs) =>
          ports.datazone.startRun({ ...input, types: input.types.slice(0, 1) }, abortAfterMs),
      }),
  },
  {
    name: 'reject a publish whose event gives another project',
    ports: (ports) =>
      withDataZone(ports, {
        getAsset: async (domainId, assetId) => {
          const answer = await ports.datazone.getAsset(domainId, assetId)
          return answer.outcome === 'refused'
            ? answer
            : { ...answer, value: { ...answer.value, owningProjectId: 'project2' } }
        },
      }),
  },
  {
    name: "overlook the policy's triggers",
    appliesTo: ({ program }) => program.unlistedEvents.size > 0,
    settings: (settings) => ({
      ...settings,
      policy: { ...settings.policy, triggers: ['PUBLISHED', 'INVENTORY', 'NEW_VERSION', 'SCHEMA_CHANGED'] },
    }),
  },
  {
    name: 'reject a time with a zone that has no colon',
    message: (body) => (body.includes('+0000') ? '{}' : body),
  },
  {
    name: 'reject a time without seconds',
    message: (body) => (/"requestedAt":"[^"]*T\d\d:\d\dZ"/.test(body) ? '{}' : body),
  },
  {
    name: 'drop a message that SNS wrapped',
    message: (body) => (body.includes('TopicArn') ? undefined : body),
  },
  {
    name: 'drop a message that starts with a byte order mark',
    message: (body) => (body.startsWith('\uFEFF') ? undefined : body),
  },
]
