import { errorText } from '../run/error-text.ts'
import { assetId, domainId, readIf } from './fields.ts'
import type { RunEventDetail } from './run-event.ts'

/**
 * The notifications that people receive about runs that did not succeed.
 *
 * 1. One notification covers any number of events and stays within the limits of SNS, e-mail and chats.
 * 2. Names and error messages stay plain text: they cannot start a line, format text, link or mention anyone.
 * 3. A notification contains no id that a sender chose, and no principal, key or e-mail address.
 */

/** https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html; other messages are dropped there. */
interface CustomNotification {
  readonly version: '1.0'
  readonly source: 'custom'
  readonly content: {
    readonly textType: 'client-markdown'
    readonly title: string
    readonly description: string
    readonly keywords: readonly string[]
  }
}

export interface Notification {
  /** ASCII and at most 100 characters, as SNS demands. */
  readonly subject: string
  /** Plain text, for e-mail. */
  readonly text: string
  /** For Amazon Q Developer in chat applications. */
  readonly chat: CustomNotification
}

/** Where the commands in a notification look. */
export interface NotifiedStack {
  readonly stage: string
  /** What `dzrun` needs to find the stack: `--stage prod --region eu-west-1`. */
  readonly flags: string
}

/** The word for each status, in the order of a subject. */
const words: Readonly<Record<string, string>> = {
  FAILED: 'failed',
  PARTIALLY_SUCCEEDED: 'partially succeeded',
  REJECTED: 'rejected',
  LOST: 'lost',
  TIMED_OUT: 'timed out',
}

/** SNS takes 256 KB in all; a chat shows 3,000 characters of a section. */
const maxTextLength = 60_000
const maxChatLength = 2_900
const maxNameLength = 100
const maxReasonLength = 300

/** One line without control, bidirectional and invisible characters, and with URLs that no client turns into links. */
const oneLine = (text: string, limit: number): string =>
  errorText(text, limit)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll('://', '[:]//')
    .trim()

/** Chats neither format nor link nor mention inside a code span. */
const code = (text: string): string => {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `\`${escaped.replaceAll('`', "'")}\``
}

type Data = RunEventDetail['data']

const nameOf = ({ asset, dataSource }: Data): string =>
  oneLine(asset?.name ?? asset?.id ?? dataSource?.id ?? 'a request without a subject', maxNameLength)

const reasonOf = ({ error, typeStats = [], nativeStatus = '' }: Data): string => {
  const failed = typeStats.filter(({ status }) => status !== 'SUCCEEDED')
  const reason =
    error === undefined
      ? failed.map(({ type, status, errorMessage = status }) => `${type}: ${errorMessage}`).join('; ')
      : `${error.name}: ${error.message}`
  return oneLine(reason === '' ? nativeStatus : reason, maxReasonLength)
}

/** Returns the portal address only in the form that lib/contracts/portal-link.ts builds. */
const portalOf = ({ asset }: Data): string | undefined =>
  asset?.portalUrl !== undefined && /^https:\/\/[\w.-]{1,120}\.on\.aws\/[\w/-]{1,180}$/.test(asset.portalUrl)
    ? asset.portalUrl
    : undefined

const explainOf = ({ asset, ...data }: Data, { flags }: NotifiedStack): string | undefined => {
  const domain = readIf(domainId, data.domainId)
  const id = readIf(assetId, asset?.id)
  return domain === undefined || id === undefined
    ? undefined
    : `npx dzrun explain ${id} --domain ${domain} ${flags}`
}

interface Entry {
  readonly what: string
  readonly name: string
  readonly project: string | undefined
  readonly reason: string
  readonly portal: string | undefined
  readonly explain: string | undefined
}

const entryOf = ({ data }: RunEventDetail, stack: NotifiedStack): Entry => {
  const project = data.projectName ?? data.projectId
  const word = words[data.status] ?? data.status.toLowerCase()
  return {
    what: data.rejectedRequest === 'CANCEL' ? 'cancel rejected' : word,
    name: nameOf(data),
    project: project === undefined ? undefined : oneLine(project, maxNameLength),
    reason: reasonOf(data),
    portal: portalOf(data),
    explain: explainOf(data, stack),
  }
}

const textOf = ({ what, name, project, reason, portal, explain }: Entry): string =>
  [
    `${what.toUpperCase()}: "${name}"${project === undefined ? '' : ` of project "${project}"`}`,
    ...(reason === '' ? [] : [`  reason:  ${reason}`]),
    ...(portal === undefined ? [] : [`  portal:  ${portal}`]),
    ...(explain === undefined ? [] : [`  explain: ${explain}`]),
  ].join('\n')

const chatOf = ({ what, name, project, reason, portal, explain }: Entry): string =>
  [
    `• *${what}*: ${code(name)}${project === undefined ? '' : ` of project ${code(project)}`}`,
    ...(reason === '' ? [] : [code(reason)]),
    ...(portal === undefined ? [] : [portal]),
    ...(explain === undefined ? [] : [code(explain)]),
  ].join('\n')

/** Joins the first entries that fit, and says how to see the others. */
const fitted = (entries: readonly string[], limit: number, more: (left: number) => string): string => {
  const kept: string[] = []
  let room = limit - more(entries.length).length
  for (const entry of entries) {
    room -= entry.length + 2
    if (room < 0) break
    kept.push(entry)
  }
  const left = entries.length - kept.length
  return [...kept, ...(left === 0 ? [] : [more(left)])].join('\n\n')
}

/** Returns one notification about one or more events. */
export const notificationOf = (events: readonly RunEventDetail[], stack: NotifiedStack): Notification => {
  const entries = events.map((event) => entryOf(event, stack))
  const counts = Map.groupBy(entries, ({ what }) => what)
  const subject = `DataZone runs (${stack.stage}): ${[...counts].map(([what, those]) => `${those.length} ${what}`).join(', ')}`
  const list = `npx dzrun list --ending any-failure --since 1d ${stack.flags}`
  return {
    subject: subject.slice(0, 100),
    text: fitted(entries.map(textOf), maxTextLength, (left) => `and ${left} more: ${list}`),
    chat: {
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: subject,
        description: fitted(entries.map(chatOf), maxChatLength, (left) => `and ${left} more: ${code(list)}`),
        keywords: [stack.stage],
      },
    },
  }
}
