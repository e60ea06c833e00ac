import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { addRowFlags, checkRowFlags } from '../output.ts'
import { sendRequests } from '../queues.ts'
import { assetHelp, resolveAssets } from '../resolve-asset.ts'
import { addRequestFlags, type RequestFlags, requestFor } from '../run-requests.ts'
import { printSubmitted, requestColumns } from '../submitted-requests.ts'

interface RegenerateOptions extends RequestFlags, ChangeFlags {}

const plural = (count: number): string => (count === 1 ? '1 asset' : `${count} assets`)

const regenerate = async (names: readonly string[], options: RegenerateOptions): Promise<void> => {
  checkRowFlags(requestColumns, options)
  const { location } = await connect(options)
  const assets = await resolveAssets(names, options, location)
  const id = `regenerate-${randomUUID()}`
  const requests = await Promise.all(
    assets.map((asset, index) =>
      requestFor(asset, { ...options, regenerate: true }, location, `${id}/${index + 1}`),
    ),
  )
  if (options.dryRun === true)
    return console.log(requests.map((request) => JSON.stringify(request)).join('\n'))
  if (!(await confirmed(`Run ${plural(assets.length)} again?`, options))) return
  await sendRequests(location, options, requests)
  await printSubmitted(requests, options)
}

/** `dzrun regenerate ASSET...`: run assets again. */
export const addRegenerate = (program: Command): void => {
  const command = program
    .command('regenerate')
    .argument('<assets...>', assetHelp)
    .description(
      'run assets again although their revision already has a run; suggestions that wait for a review are replaced',
    )
    .addHelpText('after', '\nExample:\n  dzrun regenerate tpcds_store_sales --local --yes')
  addChangeFlags(addRowFlags(addRequestFlags(command), requestColumns)).action(
    (names: readonly string[], _: unknown, self: Command) =>
      regenerate(names, self.optsWithGlobals<RegenerateOptions>()),
  )
}
