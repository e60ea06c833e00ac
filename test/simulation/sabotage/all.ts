import { answersSabotages } from './answers.ts'
import { cancelSabotages } from './cancel.ts'
import { capsSabotages } from './caps.ts'
import { catalogChangesSabotages } from './catalog-changes.ts'
import { hintsSabotages } from './hints.ts'
import { policySabotages } from './policy.ts'
import { refusalsSabotages } from './refusals.ts'
import type { Sabotage } from './sabotage.ts'
import { startingSabotages } from './starting.ts'
import { timeSabotages } from './time.ts'
import { trialsSabotages } from './trials.ts'

/** Every known defect that the checker must catch. */
export const sabotages: readonly Sabotage[] = [
  ...startingSabotages,
  ...answersSabotages,
  ...policySabotages,
  ...refusalsSabotages,
  ...capsSabotages,
  ...hintsSabotages,
  ...cancelSabotages,
  ...catalogChangesSabotages,
  ...timeSabotages,
  ...trialsSabotages,
]
