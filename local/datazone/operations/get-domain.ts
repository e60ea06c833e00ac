import { domainOf, type World } from '../world/world.ts'

/** What GetDomain takes, once the model's constraints hold. */
export type GetDomainInput = Readonly<{ identifier: string }>

/** A domain with what its catalogue says of its execution role and key. */
export const getDomain = (world: World, { identifier: id }: GetDomainInput) => {
  const { executionRoleArn: domainExecutionRole, kmsKeyArn: kmsKeyIdentifier } = domainOf(world, id)
  return { id, name: id, status: 'AVAILABLE', domainExecutionRole, kmsKeyIdentifier }
}
