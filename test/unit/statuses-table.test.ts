import { expect, test } from 'vitest'
import { detailType } from '../../lib/contracts/run-event.ts'
import { cancels } from './statuses/cancels.ts'
import { statuses } from './statuses/observed-statuses.ts'
import { refusedGets } from './statuses/refused-gets.ts'
import { refusedStarts } from './statuses/refused-starts.ts'
import { serviceEvents } from './statuses/service-events.ts'

/** docs/STATUSES.md, whose tables show what the code does: `npx vitest run test/unit/statuses-table.test.ts -u`. */

test('keeps docs/STATUSES.md up to date with what the code does', async () => {
  const page = `# What each status and error leads to

What the service does with each status, refusal, event and cancel. A test compares this page with the code; to
write the page again, run \`npx vitest run test/unit/statuses-table.test.ts -u\`.

- [Look up the status of a run](#look-up-the-status-of-a-run) · [Look up a refused Start](#look-up-a-refused-start)
- [Look up an event of DataZone](#look-up-an-event-of-datazone) · [Look up a refused Get](#look-up-a-refused-get)
- [Look up a cancel](#look-up-a-cancel) · [Look up a deadline](#look-up-a-deadline)

## Look up the status of a run

Sweeps and hints read a run in flight with List or Get. An unrecognized status keeps the run active. The functions log each
unrecognized status or type once, with the run id. The SDK drops fields that it does not know, which does no harm.

### Metadata generation runs

${statuses('METADATA_GENERATION')}

Events of FAILED and PARTIALLY_SUCCEEDED runs carry \`typeStats\`, and an \`error\` that joins their messages.

### Data source runs

${statuses('DATA_SOURCE')}

Events carry \`statistics\`, \`lineageStatus\` and \`error\` where DataZone returns them. The lineage import can continue after
the run has ended; \`lineageStatus\` is its status when the ending was read.

## Look up a refused Start

Metadata generation runs:

${await refusedStarts('METADATA_GENERATION')}

Data source runs:

${await refusedStarts('DATA_SOURCE')}

- 401, 403 and, for metadata runs, 402 open a circuit breaker. Until it closes, its requests wait in the table without a call
  ([Clear a breaker](OPERATIONS.md#clear-a-breaker)).
- After a 403, GetAsset shows the project that owns the asset. A RunRequest that names another project is rejected. If the asset
  was transferred, or DataZone's event named a wrong project, the request parks as \`IN_TRANSFER\` and continues in the project
  that owns the asset.
- After a 409, List shows the active run. The longer it has been active, the longer the request waits. If no run is active and
  GetAsset shows a transfer, the request parks as \`IN_TRANSFER\` until the transfer is over.
- After a 409 of a data source with an earlier Start whose answer was lost, the request waits until List must show the run of
  that Start. It then adopts the one run that can be its own, or waits like any other conflict.
- After a 400 or 409 of a data source, GetDataSource shows its status. CREATING and UPDATING park as \`SOURCE_NOT_READY\`;
  DELETING and FAILED_* end as REJECTED with the data source's own error.
- A 404 that lasts five minutes ends as REJECTED.
- If an earlier Start may have taken effect, the starter looks with List before it rejects the request.

## Look up an event of DataZone

${await serviceEvents()}

## Look up a refused Get

${await refusedGets()}

## Look up a cancel

${await cancels()}

If an earlier Start may have taken effect, List comes first: the starter adopts and cancels a run that List shows, and ends the
record as \`CANCELED\` once List proves that there is none. A claim is canceled when its run id is known. A run in flight ends as
DataZone shows it after Cancel. While DataZone refuses Cancel, each sweep sends it again.

## Look up a deadline

A run that Get shows as active past its deadline ends as \`TIMED_OUT\`, and so does a run that cannot be read for a whole day past
its deadline. No run is declared lost while many runs of its domain are not found.
`
  await expect(page).toMatchFileSnapshot('../../docs/STATUSES.md')
  for (const kind of ['METADATA_GENERATION', 'DATA_SOURCE'] as const)
    expect(page).toContain(detailType('PARTIALLY_SUCCEEDED', kind))
})
