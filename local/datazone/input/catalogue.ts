import { z } from 'zod'
import { shapeNamed } from '../model/model.ts'
import { fits } from '../model/validation.ts'
import { shallow } from './shallow.ts'
import { strictObject } from './strict-object.ts'
import { requireUniqueIds } from './unique-ids.ts'

const fitting = (shapeName: string) =>
  z.string().refine((text) => fits(shapeName, text), {
    error: () => `does not fit ${shapeName} of the service model: ${JSON.stringify(shapeNamed(shapeName))}`,
  })

/** Returns a schema of the values that the service model lists for a shape. */
const enumOf = (shapeName: string) => {
  const shape = shapeNamed(shapeName)
  return z.enum(shape.type === 'string' ? (shape.enum ?? []) : [])
}

const columnSchema = shallow(z.looseObject({ name: z.string().min(1), dataType: z.string().min(1) }))

const described = {
  description: fitting('Description').optional(),
  /** Ids of glossary terms, which GetAsset returns. */
  glossaryTerms: z.array(fitting('GlossaryTermId')).max(20).optional(),
}

const assetSchema = strictObject({
  id: fitting('AssetId'),
  projectId: fitting('ProjectId'),
  name: fitting('AssetName'),
  typeIdentifier: fitting('AssetTypeIdentifier'),
  revision: fitting('Revision').default('1'),
  /** The structured schema, which an asset without columns lacks. */
  columns: z.array(columnSchema),
  ...described,
  /** Whether the asset is published, was published, or never was. */
  listing: z.enum(['ACTIVE', 'INACTIVE', 'NONE']).default('ACTIVE'),
  /** Form types of a custom asset type, e.g. 'amazon.datazone.RelationalTableFormType'. */
  forms: z.array(z.string()).default([]),
  externalIdentifier: fitting('ExternalIdentifier').optional(),
})

/** The statuses that can be set. A data source is RUNNING while one of its runs is active. */
export const dataSourceStatus = enumOf('DataSourceStatus').exclude(['RUNNING'])

const dataSourceSchema = strictObject({
  id: fitting('DataSourceId'),
  projectId: fitting('ProjectId'),
  name: fitting('Name'),
  description: fitting('Description').optional(),
  type: z.enum(['GLUE', 'REDSHIFT']).default('GLUE'),
  /** Only a READY data source can be run. */
  status: dataSourceStatus.default('READY'),
  /** How many tables each run reads. */
  tables: z.int32().min(0).default(10),
  /** The configuration that each run returns, as JSON, in its snapshot. */
  configuration: shallow(z.record(z.string(), z.json())).default({}),
})

const memberSchema = strictObject({
  userId: z.string().min(1).optional(),
  groupId: z.string().min(1).optional(),
  designation: enumOf('UserDesignation').default('PROJECT_CONTRIBUTOR'),
}).refine(({ userId, groupId }) => (userId === undefined) !== (groupId === undefined), {
  error: 'must have either userId or groupId, and not both',
})

const projectSchema = strictObject({
  id: fitting('ProjectId'),
  name: z.string().min(1),
  /** Who may act in the project; absent: every caller. */
  members: z.array(memberSchema).optional(),
  /** Whether every caller may act in the project. Default: true without members. */
  isOpen: z.boolean().optional(),
})

const userSchema = strictObject({
  id: z.string().min(1),
  /** The ARN of the user's IAM user or role. */
  arn: z.string().startsWith('arn:').optional(),
  /** Only an ACTIVATED user may act in a project with members. */
  status: enumOf('UserProfileStatus').default('ACTIVATED'),
  /** The access keys that sign this user's calls. */
  accessKeyIds: z.array(z.string().min(1)).default([]),
  groupIds: z.array(z.string().min(1)).default([]),
})

/** The fields of a domain. `catalogueSchema` checks that they are consistent. */
export const domainSchema = strictObject({
  id: fitting('DomainId'),
  users: z.array(userSchema).default([]),
  /** The ARN that GetDomain returns. */
  executionRoleArn: fitting('RoleArn').default('arn:aws:iam::000000000000:role/datazone-execution'),
  kmsKeyArn: fitting('KmsKeyArn').optional(),
  /** Whether the execution role may call iam:GetRole, which DataZone needs to create the profile of a role. */
  readsRoles: z.boolean().default(true),
  /** Whether IAM roles can become members of projects. */
  addsRoles: z.boolean().default(true),
  /** The status of new user profiles. */
  profileStatus: enumOf('UserProfileStatus').default('ACTIVATED'),
  projects: z.array(projectSchema),
  assets: z.array(assetSchema),
  dataSources: z.array(dataSourceSchema).default([]),
})

const consistentDomain = domainSchema.superRefine((domain, context) => {
  const projects = new Set(domain.projects.map(({ id }) => id))
  for (const kind of ['assets', 'dataSources'] as const) {
    for (const [index, { projectId }] of domain[kind].entries())
      if (!projects.has(projectId))
        context.addIssue({
          code: 'custom',
          path: [kind, index, 'projectId'],
          message: `'${projectId}' is not a project of ${domain.id}: add it to projects`,
        })
  }
  for (const kind of ['users', 'projects', 'assets', 'dataSources'] as const)
    requireUniqueIds(
      context,
      domain[kind].map(({ id }) => id),
      (index) => [kind, index, 'id'],
      'rename one',
    )
})

/**
 * A catalogue: ids are unique and fit the service model, and each asset and data source is in a project of its domain.
 */
export const catalogueSchema = strictObject({ domains: z.array(consistentDomain) }).superRefine(
  ({ domains }, context) =>
    requireUniqueIds(
      context,
      domains.map(({ id }) => id),
      (index) => ['domains', index, 'id'],
      'merge them into one',
    ),
)

/** Domains with their projects, assets and data sources, before defaults are filled in. */
export type Catalogue = z.input<typeof catalogueSchema>
/** A checked domain, with its defaults. */
export type ParsedDomain = z.output<typeof domainSchema>
/** A checked asset, with its defaults. */
export type ParsedAsset = z.output<typeof assetSchema>
/** A checked data source, with its defaults. */
export type ParsedDataSource = z.output<typeof dataSourceSchema>

export const newRevisionSchema = strictObject({
  domainId: z.string(),
  assetId: z.string(),
  /** Absent: the next whole number. */
  revision: fitting('Revision').optional(),
  name: fitting('AssetName').optional(),
  columns: z.array(columnSchema).optional(),
  ...described,
})

/** A new revision of an asset. Absent fields keep the values of the latest revision. */
export type NewRevision = z.input<typeof newRevisionSchema>
