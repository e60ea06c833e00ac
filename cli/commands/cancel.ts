import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { CancelRequest } from '../../lib/contracts/cancel-request.ts'
import { parseWith } from '../../lib/contracts/problems.ts'
import { runKey, targetOf, typesToRun } from '../../lib/run/identity.ts'
import { present } from '../../lib/run/present.ts'
import type { Run } from '../../lib/run/run.ts'
import { alsoCanceled, type CancelScope, cancelScopeOf } from '../../lib/usecases/inspect/cancel-scope.ts'
import { findRun, keyText } from '../../lib/usecases/inspect/find-run.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, note, printDocument } from '../output.ts'
import { sendRequests } from '../queues.ts'
import { type AssetFlags, assetHelp, resolveAsset } from '../resolve-asset.ts'

interface CancelOptions extends AssetFlags {
  readonly revision?: string
  readonly reason?: string
}

type Connection = Awaited<ReturnType<typeof connect>>

/** What to cancel, how to describe it, and the command that shows the result. */
interface Cancel {
  readonly domainId: string
  readonly scope: CancelScope | { readonly asset: { readonly id: string; readonly revision?: string } }
  readonly description: string
  readonly showCommand: string
}

/** The cancel request that was sent, as data. */
interface Sent {
  readonly requestId: string
  readonly domainId: string
  readonly asset?: object
  readonly dataSource?: object
  readonly triggerKey?: string | undefined
  readonly types?: readonly string[] | undefined
  readonly reason?: string | undefined
  /** The key of the record, where one run was named. */
  readonly run?: string
}

const ofRun = async (run: Run, options: CancelOptions, { store }: Connection): Promise<Cancel> => {
  const name = keyText(runKey(run))
  if (options.revision !== undefined)
    throw new CommandFailed(exitCodes.usage, `--revision goes with an asset; ${name} is one run`)
  const result = cancelScopeOf(run)
  if (result.outcome === 'refused')
    throw new CommandFailed(exitCodes.refused, `${name} cannot be canceled: ${result.why}`)
  const records = await store.runsOf(targetOf(run.subject))
  for (const other of alsoCanceled(run, records.runs))
    note(`also canceled: ${keyText(runKey(other))} (${typesToRun(other).join('+')})`, options)
  return {
    domainId: run.subject.domainId,
    scope: result.scope,
    description: `${name}${'runId' in run && run.runId !== undefined ? ` (${run.runId})` : ''}`,
    showCommand: `dzrun get '${name}'`,
  }
}

const ofAsset = async (
  named: string,
  options: CancelOptions,
  { location, store }: Connection,
): Promise<Cancel> => {
  const { domainId, assetId, isKnown } = await resolveAsset(named, options, location)
  const isRecorded = isKnown || (await store.runsOf({ domainId, assetId })).runs.length > 0
  if (!isRecorded)
    throw new CommandFailed(exitCodes.notFound, `${assetId} is neither an asset of ${domainId} nor a run`)
  return {
    domainId,
    scope: { asset: { id: assetId, ...present({ revision: options.revision }) } },
    description: `what was requested for ${assetId}`,
    showCommand: `dzrun explain ${domainId}/${assetId}`,
  }
}

const cancel = async (named: string, options: CancelOptions): Promise<void> => {
  const connection = await connect(options)
  const [run] = (await findRun(named, connection.store)).runs
  const { domainId, scope, description, showCommand } = await (run === undefined
    ? ofAsset(named, options, connection)
    : ofRun(run, options, connection))
  const parsed = parseWith(CancelRequest, {
    version: 1,
    requestId: `dzrun-cancel-${randomUUID()}`,
    kind: 'CANCEL',
    domainId,
    ...scope,
    requestedAt: new Date().toISOString(),
    ...present({ reason: options.reason }),
  })
  if (!parsed.ok) throw new CommandFailed(exitCodes.usage, parsed.problems.join('; '))
  await sendRequests(connection.location, options, [parsed.value])
  const sent: Sent = { ...parsed.value, ...present({ run: run && keyText(runKey(run)) }) }
  printDocument(sent, options, {
    fields: ['requestId', 'domainId', 'asset', 'dataSource', 'triggerKey', 'types', 'run', 'reason'],
    text: () =>
      options.quiet === true
        ? [sent.requestId]
        : [`asked to cancel ${description}; ${showCommand} shows the result`],
  })
}

/** `dzrun cancel ASSET|RUN`: cancel what was requested for an asset until now, or one run. */
export const addCancel = (program: Command): void => {
  const command = program
    .command('cancel')
    .argument(
      '<asset|run>',
      `${assetHelp}. Or a run: its id, or its key as dzrun list --columns key prints it`,
    )
    .description('cancel all runs that were requested for an asset until now and have not ended, or one run')
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--project <project>', 'id or name of the project in which to look for a table name')
    .option('--revision <revision>', 'only this revision')
    .option('--reason <text>', 'why; kept in the history of each canceled run')
    .addHelpText(
      'after',
      '\nWith --quiet, prints only the id of the cancel request.\n\nExamples:\n  dzrun cancel tpcds_store_sales --reason "wrong table"\n  dzrun cancel 5qh2k8c1r0d3xe --json',
    )
  addDocumentFlags(command).action((named: string, _: unknown, self: Command) =>
    cancel(named, self.optsWithGlobals<CancelOptions>()),
  )
}
