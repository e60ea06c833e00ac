import { reasonOf } from '../../errors.ts'

/** Does one step; a failure is reported as a problem and keeps no other step from its turn. */
export const attemptStep = async (
  step: string,
  onProblem: (problem: string) => void,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work()
  } catch (error) {
    onProblem(`${step}: ${reasonOf(error)}`)
  }
}
