import { z } from 'zod'
import { shapeNamed } from '../model/model.ts'
import { fits } from '../model/validation.ts'
import { strictObject } from './strict-object.ts'
import { requireUniqueIds } from './unique-ids.ts'

const fitting = (shapeName: string) =>
  z.string().refine((text) => fits(shapeName, text), {
    error: () => `does not fit ${shapeName} of the service model: ${JSON.stringify(shapeNamed(shapeName))}`,
  })

/** How deep a value of the catalogue may be nested. */
const maxDepth = 64

const isDeeperThan = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((part) => isDeeperThan(part, depth - 1)))

/** Runs before the schema, which would recurse through any depth. */
const shallow = <Output, Input>(schema: z.ZodType<Output, Input>) =>
  z
    .custom<Input>((value) => !isDeeperThan(value, maxDepth), {
      error: `is nested deeper than ${maxDepth} levels: make it flatter`,
      abort: true,
    })
    .pipe(schema)

const columnSchema = shallow(z.looseObject({ name: z.string().min(1), dataType: z.string().min(1) }))

const assetSchema = strictObject({
  id: fitting('AssetId'),
  projectId: fitting('ProjectId'),
  name: fitting('AssetName'),
  typeIdentifier: fitting('AssetTypeIdentifier'),
  revision: fitting('Revision').default('1'),
  /** The structured schema; an asset without columns has none. */
  columns: z.array(columnSchema),
  /** Form types that a custom asset type has, as 'amazon.datazone.RelationalTableFormType'. */
  forms: z.array(z.string()).default([]),
  externalIdentifier: fitting('ExternalIdentifier').optional(),
})

const dataSourceSchema = strictObject({
  id: fitting('DataSourceId'),
  projectId: fitting('ProjectId'),
  name: z.string().min(1),
  /** How many tables a run of it looks at. */
  tables: z.int32().min(0).default(10),
  /** Shown, as JSON, in the snapshot that each run has. */
  configuration: shallow(z.record(z.string(), z.json())).default({}),
})

const domainSchema = strictObject({
  id: fitting('DomainId'),
  projects: z.array(strictObject({ id: fitting('ProjectId'), name: z.string().min(1) })),
  assets: z.array(assetSchema),
  dataSources: z.array(dataSourceSchema).default([]),
}).superRefine((domain, context) => {
  const projects = new Set(domain.projects.map(({ id }) => id))
  for (const kind of ['assets', 'dataSources'] as const) {
    for (const [index, { projectId }] of domain[kind].entries())
      if (!projects.has(projectId))
        context.addIssue({
          code: 'custom',
          path: [kind, index, 'projectId'],
          message: `'${projectId}' is no project of ${domain.id}: add it to projects`,
        })
  }
  for (const kind of ['projects', 'assets', 'dataSources'] as const)
    requireUniqueIds(
      context,
      domain[kind].map(({ id }) => id),
      (index) => [kind, index, 'id'],
      'rename one',
    )
})

/** A catalogue as it is loaded: every id fits the service model, everything is in a project of its domain. */
export const catalogueSchema = strictObject({ domains: z.array(domainSchema) }).superRefine(
  ({ domains }, context) =>
    requireUniqueIds(
      context,
      domains.map(({ id }) => id),
      (index) => ['domains', index, 'id'],
      'put all that it has in one',
    ),
)

/** Domains with their projects, assets and data sources, as the simulator loads them. */
export type Catalogue = z.input<typeof catalogueSchema>
/** An asset of a catalogue that was checked: defaults are filled in. */
export type ParsedAsset = z.output<typeof assetSchema>
/** The same of a data source. */
export type ParsedDataSource = z.output<typeof dataSourceSchema>

/** A new revision as it is given. */
export const newRevisionSchema = strictObject({
  domainId: z.string(),
  assetId: z.string(),
  /** The next whole number, when it is left out. */
  revision: fitting('Revision').optional(),
  name: fitting('AssetName').optional(),
  columns: z.array(columnSchema).optional(),
})

/** A new revision for an asset; what is left out stays as it was. */
export type NewRevision = z.input<typeof newRevisionSchema>
