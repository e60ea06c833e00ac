import { ancient } from '../expiry-actions.ts'
import type { Rule } from './rule.ts'

/** What the table forgets owes nothing: it ended, and its event was sent. */
export const onlyEndedRecordsExpire: Rule = ({ expired }) =>
  expired
    .filter((item) => item['state'] !== 'ENDED' || item['announcedAtMs'] === undefined)
    .map((item) => `${item['pk']} ${item['sk']} expired as ${item['state']}`)

/** No record shows whether so old a request was run, so it is not run. */
export const expiredRequestsAreNotRun: Rule = ({ runs }) =>
  runs
    .filter(({ assetId }) => assetId === ancient)
    .map(({ id }) => `run ${id} is of a request that is older than the table remembers`)
