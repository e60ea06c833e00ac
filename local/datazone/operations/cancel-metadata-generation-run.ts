import { ServiceError } from '../model/service-error.ts'
import { canceledPlan, statusAt } from '../world/metadata-run-plan.ts'
import { runOf, type World } from '../world/world.ts'

/** What CancelMetadataGenerationRun takes, once the model's constraints hold. */
export type CancelInput = Readonly<{ domainIdentifier: string; identifier: string }>

/**
 * Cancels a run that is going, with all of its types: after `cancelMs` it is CANCELED, unless it has ended by
 * itself until then. Documented: a SUCCEEDED run cannot be canceled. Assumptions: nor can any other that has
 * ended (`cancelEnded`), and a second Cancel while the first takes its time changes nothing.
 */
export const cancelMetadataGenerationRun = (
  world: World,
  input: CancelInput,
): Readonly<Record<string, never>> => {
  const run = runOf(world, input.domainIdentifier, input.identifier)
  const nowMs = world.nowMs()
  const { cancelEnded, cancelMs } = world.settings
  if (nowMs >= run.plan.endsAtMs)
    throw new ServiceError(
      cancelEnded,
      `Run ${run.id} is ${statusAt(run.plan, nowMs)}: it cannot be canceled`,
    )
  const plan = canceledPlan(run.plan, nowMs + cancelMs)
  if (plan !== run.plan) world.outbox.add(plan.endsAtMs, { kind: 'runEnded', run })
  run.plan = plan
  return {}
}
