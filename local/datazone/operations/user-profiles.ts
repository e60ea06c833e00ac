import type { User } from '../world/domains.ts'
import { createProfile, findUser } from '../world/profiles.ts'
import { notFound, type World } from '../world/world.ts'

/** What GetUserProfile takes, once the model's constraints hold. */
export type GetUserProfileInput = Readonly<{ domainIdentifier: string; userIdentifier: string }>

/** What CreateUserProfile takes, once the model's constraints hold. */
export type CreateUserProfileInput = Readonly<{ domainIdentifier: string; userIdentifier: string }>

const shown = (domainId: string, { id, arn, status }: User) => ({
  domainId,
  id,
  type: 'IAM',
  status,
  details: arn === undefined ? undefined : { iam: { arn } },
})

/** The profile of a user, by its id or ARN. */
export const getUserProfile = (world: World, input: GetUserProfileInput) => {
  const { domainIdentifier, userIdentifier } = input
  const user = findUser(world, domainIdentifier, userIdentifier)
  if (user === undefined) throw notFound(`User profile ${userIdentifier}`)
  return shown(domainIdentifier, user)
}

/** Creates the profile of an IAM user or role. */
export const createUserProfile = (world: World, input: CreateUserProfileInput) => {
  const { domainIdentifier, userIdentifier } = input
  return shown(domainIdentifier, createProfile(world, domainIdentifier, userIdentifier))
}
