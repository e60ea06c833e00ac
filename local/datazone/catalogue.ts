import { z } from 'zod'
import { shapeNamed } from './model.ts'
import { fits } from './validation.ts'

const fitting = (shapeName: string) =>
  z.string().refine((text) => fits(shapeName, text), {
    error: () => `does not fit ${shapeName} of the service model: ${JSON.stringify(shapeNamed(shapeName))}`,
  })

const columnSchema = z.looseObject({ name: z.string().min(1), dataType: z.string().min(1) })

const assetSchema = z.strictObject({
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

const domainSchema = z
  .strictObject({
    id: fitting('DomainId'),
    projects: z.array(z.strictObject({ id: fitting('ProjectId'), name: z.string().min(1) })),
    assets: z.array(assetSchema),
  })
  .superRefine((domain, context) => {
    const projects = new Set(domain.projects.map(({ id }) => id))
    const seen = new Set<string>()
    for (const [index, asset] of domain.assets.entries()) {
      if (!projects.has(asset.projectId))
        context.addIssue({
          code: 'custom',
          path: ['assets', index, 'projectId'],
          message: `'${asset.projectId}' is no project of ${domain.id}: add it to projects`,
        })
      if (seen.has(asset.id))
        context.addIssue({
          code: 'custom',
          path: ['assets', index, 'id'],
          message: `'${asset.id}' is there twice: rename one`,
        })
      seen.add(asset.id)
    }
  })

/** A catalogue as it is loaded: every id fits the service model, every asset is in a project of its domain. */
export const catalogueSchema = z.strictObject({ domains: z.array(domainSchema) })

/** Domains with their projects and assets, as the simulator loads them. */
export type Catalogue = z.input<typeof catalogueSchema>
/** An asset of a catalogue that was checked: defaults are filled in. */
export type CheckedAsset = z.output<typeof assetSchema>

/** A new revision as it is given. */
export const newRevisionSchema = z.strictObject({
  domainId: z.string(),
  assetId: z.string(),
  /** The next whole number, when it is left out. */
  revision: fitting('Revision').optional(),
  name: fitting('AssetName').optional(),
  columns: z.array(columnSchema).optional(),
})

/** A new revision for an asset; what is left out stays as it was. */
export type NewRevision = z.input<typeof newRevisionSchema>
