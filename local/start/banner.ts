import type { Catalogue } from '../datazone/input/catalogue.ts'
import type { Launched } from '../launch.ts'
import { firstRequests } from './first-requests.ts'

/** The contents of the banner of `npm start`. */
export interface BannerOptions {
  readonly system: Launched
  readonly catalogue: Catalogue
  readonly mode: string
  readonly envFile: string
  readonly logFile: string
  /** The URL of the live page. */
  readonly pageUrl: string
  /** Notes for the user, such as flags without effect and ports in use. */
  readonly notes: readonly string[]
}

/** Returns what `npm start` prints when the stack is ready: addresses, sample ids, and commands to try first. */
export function banner({ system, catalogue, mode, envFile, logFile, pageUrl, notes }: BannerOptions): string {
  const { stack, datazone } = system
  return [
    '',
    `The stack is ready, in mode ${mode}. Watch it on the live page:`,
    '',
    `  ${pageUrl}`,
    '',
    `  DataZone     ${datazone.endpoint}   (simulated; control under /_simulator/)`,
    `  EventBridge  ${stack.endpoints.eventbridge}   bus ${stack.busNames['RunEventBus']}`,
    `  SQS          ${stack.endpoints.sqs}   queue ${stack.queueUrls['RequestQueue']?.split('/').at(-1)}`,
    `  DynamoDB     ${stack.endpoints.dynamodb}   table ${stack.tableName}`,
    `  Logs         ${logFile}   (npm run logs -- --help)`,
    '',
    ...catalogue.domains.flatMap(domainLines),
    ...notes.map((note) => `Note: ${note}`),
    ...notRunLines(stack.notRun),
    '',
    'Point AWS SDKs and the AWS CLI at it, in another shell:',
    '',
    `  source ${envFile}`,
    '',
    'Version 1 of the AWS CLI needs --endpoint-url with every command; version 2 does not.',
    '',
    ...firstRequests(catalogue).flatMap(({ title, command }) => [
      `${title}:`,
      '',
      ...command.split('\n').map((line) => `  ${line}`),
      '',
    ]),
    'What happens to requests and runs is printed below. Ctrl-C stops everything. See docs/LOCAL.md.',
    '',
  ].join('\n')
}

function domainLines({ id, projects, assets, dataSources = [] }: Catalogue['domains'][number]) {
  return [
    `Domain ${id}`,
    ...projects.map((project) => {
      const owned = assets.filter(({ projectId }) => projectId === project.id)
      const [source] = dataSources.filter(({ projectId }) => projectId === project.id)
      const data = source === undefined ? '' : `, data source ${source.id}`
      return `  project ${project.id}: ${owned.length} assets such as ${owned[0]?.id}${data}`
    }),
  ]
}

function notRunLines(notRun: Launched['stack']['notRun']): readonly string[] {
  if (notRun.length === 0) return []
  return [
    'Not run on this machine:',
    ...notRun.map(
      ({ logicalId, type, reason }) => `  ${logicalId} (${type}${reason === undefined ? '' : `: ${reason}`})`,
    ),
  ]
}
