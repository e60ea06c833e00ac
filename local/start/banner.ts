import type { Catalogue } from '../datazone/input/catalogue.ts'
import type { Launched } from '../launch.ts'
import { firstRequests } from './first-requests.ts'

/** What the banner of `npm start` shows. */
export interface BannerOptions {
  readonly system: Launched
  readonly catalogue: Catalogue
  readonly mode: string
  readonly envFile: string
  readonly logFile: string
  /** The first address of the live page. */
  readonly pageUrl: string
  /** Flags without effect, ports that were taken, and the like. */
  readonly notes: readonly string[]
}

/** Returns what `npm start` prints when the stack is up: addresses, sample ids, and first commands to try. */
export function banner({ system, catalogue, mode, envFile, logFile, pageUrl, notes }: BannerOptions): string {
  const { stack, datazone } = system
  return [
    '',
    `The stack is up, in mode ${mode}. Watch it at work:`,
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
    'Point AWS SDKs and the AWS CLI of another shell at it:',
    '',
    `  source ${envFile}`,
    '',
    'Version 1 of the AWS CLI needs --endpoint-url with every command, version 2 works without.',
    '',
    ...firstRequests(catalogue).flatMap(({ title, command }) => [
      `${title}:`,
      '',
      ...command.split('\n').map((line) => `  ${line}`),
      '',
    ]),
    'More: docs/LOCAL.md. What happens to requests and runs is printed below. Ctrl-C stops everything.',
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
