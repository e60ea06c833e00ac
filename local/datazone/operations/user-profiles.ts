import type { User } from '../world/domains.ts'
import { createProfile, findUser } from '../world/profiles.ts'
import { notFound, type World } from '../world/world.ts'

/** The input of GetUserProfile, which satisfies the constraints of the model. */
export type GetUserProfileInput = Readonly<{ domainIdentifier: string; userIdentifier: string }>

/** The input of CreateUserProfile, which satisfies the constraints of the model. */
export type CreateUserProfileInput = Readonly<{ domainIdentifier: string; userIdentifier: string }>

const shown = (domainId: string, { id, arn, status }: User) => ({
  domainId,
  id,
  type: 'IAM',
  status,
  details: arn === undefined ? undefined : { iam: { arn } },
})

/** Answers the profile of a user, by its id or ARN. */
export const getUserProfile = (world: World, input: GetUserProfileInput) => {
  const { domainIdentifier, userIdentifier } = input
  const user = findUser(world, domainIdentifier, userIdentifier)
  if (user === undefined) throw notFound(`User profile ${userIdentifier}`)
  return shown(domainIdentifier, user)
}

/** Creates and answers the profile of an IAM user or role. */
export const createUserProfile = (world: World, input: CreateUserProfileInput) => {
  const { domainIdentifier, userIdentifier } = input
  return shown(domainIdentifier, createProfile(world, domainIdentifier, userIdentifier))
}
