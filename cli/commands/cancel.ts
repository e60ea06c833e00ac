import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { CancelRequest } from '../../lib/contracts/cancel-request.ts'
import { parseWith } from '../../lib/contracts/problems.ts'
import { present } from '../../lib/run/present.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { sendRequests } from '../queues.ts'
import { type AssetFlags, assetHelp, resolveAsset } from '../resolve-asset.ts'
import { locateStack } from '../stack-location.ts'

interface CancelOptions extends AssetFlags {
  readonly revision?: string
  readonly reason?: string
}

/** `dzrun cancel ASSET`: cancel what was requested for an asset until now. */
export const addCancel = (program: Command): void => {
  program
    .command('cancel')
    .argument('<asset>', assetHelp)
    .description('cancel what was requested for an asset until now and has not ended')
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--project <project>', 'id or name of the project in which to look for a table name')
    .option('--revision <revision>', 'only this revision')
    .option('--reason <text>', 'why; stands in the history of what is canceled')
    .addHelpText('after', '\nExample:\n  dzrun cancel tpcds_store_sales --reason "wrong table"')
    .action(async (named: string, options: CancelOptions, command: Command) => {
      const all: CancelOptions = { ...command.optsWithGlobals(), ...options }
      const location = await locateStack(all)
      const { domainId, assetId } = await resolveAsset(named, all, location)
      const parsed = parseWith(CancelRequest, {
        version: 1,
        requestId: `dzrun-cancel-${randomUUID()}`,
        kind: 'CANCEL',
        domainId,
        asset: { id: assetId, ...present({ revision: all.revision }) },
        requestedAt: new Date().toISOString(),
        ...present({ reason: all.reason }),
      })
      if (!parsed.ok) throw new CommandFailed(exitCodes.usage, parsed.problems.join('; '))
      await sendRequests(location, all, [parsed.value])
      console.log(
        `asked to cancel what was requested for ${assetId}; dzrun explain ${assetId} shows the result`,
      )
    })
}
