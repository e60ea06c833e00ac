import {
  CreateProjectMembershipCommand,
  CreateUserProfileCommand,
  type DataZoneClient,
  GetDomainCommand,
  GetUserProfileCommand,
  ListProjectMembershipsCommand,
  ListProjectsCommand,
} from '@aws-sdk/client-datazone'
import * as z from 'zod/mini'
import { CatalogRefused } from '../../errors.ts'
import type { Memberships, UserProfile } from '../../ports/memberships.ts'
import { present } from '../../run/present.ts'
import { classify } from './classify.ts'

const pageSize = 50

const Domain = z.object({
  domainExecutionRole: z.optional(z.string()),
  kmsKeyIdentifier: z.optional(z.string()),
})
const Profile = z.object({ id: z.string(), status: z.string() })
const Project = z.object({ id: z.string(), name: z.string() })
const Member = z.object({
  designation: z.string(),
  memberDetails: z.object({ user: z.optional(z.object({ userId: z.string() })) }),
})

const asked = async <T>(operation: string, call: Promise<T>): Promise<T> => {
  try {
    return await call
  } catch (error) {
    throw new CatalogRefused(operation, classify(error))
  }
}

/** The items of all pages. */
const allPages = async <T>(
  page: (nextToken: string | undefined) => Promise<{ items: readonly T[]; nextToken: string | undefined }>,
): Promise<readonly T[]> => {
  const all: T[] = []
  let token: string | undefined
  do {
    const { items, nextToken } = await page(token)
    all.push(...items)
    token = nextToken
  } while (token !== undefined)
  return all
}

const profileOf = (answer: unknown): UserProfile => {
  const { id: userId, status } = Profile.parse(answer)
  return { userId, status }
}

const projectOf = (item: unknown) => {
  const { id: projectId, name } = Project.parse(item)
  return { projectId, name }
}

/** Returns the member if it is a user; groups are left out. */
const userMembers = (item: unknown) => {
  const { designation, memberDetails } = Member.parse(item)
  return memberDetails.user === undefined ? [] : [{ userId: memberDetails.user.userId, designation }]
}

const profileCalls = (client: DataZoneClient): Pick<Memberships, 'domain' | 'profile' | 'createProfile'> => ({
  async domain(identifier) {
    const answer = await asked('GetDomain', client.send(new GetDomainCommand({ identifier })))
    const { domainExecutionRole, kmsKeyIdentifier } = Domain.parse(answer)
    return present({ executionRoleArn: domainExecutionRole, kmsKeyArn: kmsKeyIdentifier })
  },

  async profile(domainIdentifier, userIdentifier) {
    const command = new GetUserProfileCommand({ domainIdentifier, userIdentifier, type: 'IAM' })
    try {
      return profileOf(await asked('GetUserProfile', client.send(command)))
    } catch (error) {
      if (error instanceof CatalogRefused && error.kind === 'NOT_FOUND') return undefined
      throw error
    }
  },

  createProfile: async (domainIdentifier, userIdentifier) => {
    const command = new CreateUserProfileCommand({ domainIdentifier, userIdentifier, userType: 'IAM_ROLE' })
    return profileOf(await asked('CreateUserProfile', client.send(command)))
  },
})

const projectCalls = (
  client: DataZoneClient,
): Pick<Memberships, 'projects' | 'members' | 'addContributor'> => ({
  projects: (domainIdentifier) =>
    allPages(async (token) => {
      const page = { domainIdentifier, maxResults: pageSize, ...present({ nextToken: token }) }
      const command = new ListProjectsCommand(page)
      const { items = [], nextToken } = await asked('ListProjects', client.send(command))
      return { items: items.map(projectOf), nextToken }
    }),

  members: (domainIdentifier, projectIdentifier) =>
    allPages(async (token) => {
      const page = { domainIdentifier, maxResults: pageSize, ...present({ nextToken: token }) }
      const command = new ListProjectMembershipsCommand({ ...page, projectIdentifier })
      const { members = [], nextToken } = await asked('ListProjectMemberships', client.send(command))
      return { items: members.flatMap(userMembers), nextToken }
    }),

  async addContributor(domainIdentifier, projectIdentifier, userIdentifier) {
    const command = new CreateProjectMembershipCommand({
      domainIdentifier,
      projectIdentifier,
      designation: 'PROJECT_CONTRIBUTOR',
      member: { userIdentifier },
    })
    await asked('CreateProjectMembership', client.send(command))
  },
})

/** Profiles and memberships through DataZone's SDK client. */
export const dataZoneMemberships = (client: DataZoneClient): Memberships => ({
  ...profileCalls(client),
  ...projectCalls(client),
})
