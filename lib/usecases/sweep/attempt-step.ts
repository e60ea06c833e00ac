import { reasonOf } from '../../errors.ts'

/** Runs one step. A failure is reported as a problem, so that the caller continues with the next step. */
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
