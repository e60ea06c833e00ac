import { ServiceError } from '../model/service-error.ts'
import { canceledPlan, statusAt } from '../world/metadata-run-plan.ts'
import { runOf, type World } from '../world/world.ts'

/** The input of CancelMetadataGenerationRun, which satisfies the constraints of the model. */
export type CancelInput = Readonly<{ domainIdentifier: string; identifier: string }>

/**
 * Cancels an active run with all of its types: it becomes CANCELED after `cancelMs`, unless it ends before. Documented: a
 * SUCCEEDED run cannot be canceled. Assumptions: no ended run can be canceled (`cancelEnded`), and a second Cancel during
 * `cancelMs` changes nothing.
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
