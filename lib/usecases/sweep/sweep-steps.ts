import { reasonOf } from '../../errors.ts'

/** A step of a sweep that fails is told, and keeps no other from its turn. */
export const attempt = async (step: string, problems: string[], work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    problems.push(`${step}: ${reasonOf(error)}`)
  }
}
