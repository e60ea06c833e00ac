import { domainOf, type World } from '../world/world.ts'

/** The input of GetDomain, which satisfies the constraints of the model. */
export type GetDomainInput = Readonly<{ identifier: string }>

/** Answers a domain, with the execution role and the key that its catalogue gives it. */
export const getDomain = (world: World, { identifier: id }: GetDomainInput) => {
  const { executionRoleArn: domainExecutionRole, kmsKeyArn: kmsKeyIdentifier } = domainOf(world, id)
  return { id, name: id, status: 'AVAILABLE', domainExecutionRole, kmsKeyIdentifier }
}
