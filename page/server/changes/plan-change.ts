import type { PageState } from '../page-state.ts'
import type { Change } from './change.ts'
import type { PlannedChange } from './change-plans.ts'
import { planBreaker } from './plan-breaker.ts'
import { planCancel, planRegenerate } from './plan-messages.ts'
import { planRedrive } from './plan-redrive.ts'
import { planPause, planResume } from './plan-switch.ts'

/**
 * Plans a change: reads what it would affect, and changes nothing.
 * @throws CannotChange when it cannot be made
 */
export const planChange = async (change: Change, state: PageState): Promise<PlannedChange> => {
  switch (change.action) {
    case 'pause':
      return planPause(change, state)
    case 'resume':
      return planResume(change, state)
    case 'cancel':
      return planCancel(change, state)
    case 'regenerate':
      return planRegenerate(change, state)
    case 'close-breaker':
      return planBreaker(change.name, state)
    case 'redrive':
      return planRedrive(change, state)
    default:
      return change satisfies never
  }
}
