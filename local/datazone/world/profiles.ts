import { createHash } from 'node:crypto'
import { ServiceError } from '../model/service-error.ts'
import type { User } from './domains.ts'
import { domainOf, type World } from './world.ts'

const roleArn = /^arn:aws[^:]*:iam::\d{12}:role\//

/** Returns the user with this id or ARN, if there is one. Throws ResourceNotFoundException for an unknown domain. */
export const findUser = (world: World, domainId: string, identifier: string): User | undefined =>
  domainOf(world, domainId).users.find(({ id, arn }) => id === identifier || arn === identifier)

/** Returns an id in the form of the service's ids, drawn from the seed, the domain and the ARN. */
const profileId = (world: World, domainId: string, arn: string): string =>
  createHash('sha256')
    .update(`${world.seed}/${domainId}/${arn}`)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')

/**
 * Creates the profile of an IAM user or role, or returns the existing profile. Assumption: DataZone looks up a role
 * with the execution role of the domain, and answers AccessDeniedException when that role may not call iam:GetRole.
 */
export const createProfile = (world: World, domainId: string, arn: string): User => {
  const domain = domainOf(world, domainId)
  const existing = findUser(world, domainId, arn)
  if (existing !== undefined) return existing
  if (roleArn.test(arn) && !domain.readsRoles)
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${domain.executionRoleArn} is not authorized to perform: iam:GetRole on resource: ${arn}`,
    )
  const user = {
    id: profileId(world, domainId, arn),
    arn,
    status: domain.profileStatus,
    accessKeyIds: [],
    groupIds: [],
  }
  domain.users.push(user)
  return user
}
