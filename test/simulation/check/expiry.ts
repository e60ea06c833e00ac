import { ancient } from '../expiry-actions.ts'
import type { Rule } from './rule.ts'

/** P2: a record that expires has ended, and its event was sent. */
export const onlyEndedRecordsExpire: Rule = ({ expired }) =>
  expired
    .filter((item) => item['state'] !== 'ENDED' || item['announcedAtMs'] === undefined)
    .map(
      (item) =>
        `${item['pk']} ${item['sk']} expired before it had ended and been announced (state: ${item['state']})`,
    )

/** P1: a request that is older than the table's memory starts nothing, because no record shows whether it ran. */
export const expiredRequestsAreNotRun: Rule = ({ runs }) =>
  runs
    .filter(({ assetId }) => assetId === ancient)
    .map(({ id }) => `run ${id} was started for a request that is older than the table's memory`)
