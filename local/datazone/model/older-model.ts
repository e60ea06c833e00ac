import { model, type ServiceModel, structureNamed } from './model.ts'

const { types: _types, ...startMembers } = structureNamed('StartMetadataGenerationRunInput').members

/**
 * The first generation of the API, as AWS's first API pages describe it: StartMetadataGenerationRun requires `type` and
 * has no `types`, BUSINESS_DESCRIPTIONS is the only type, and there is no PARTIALLY_SUCCEEDED.
 */
export const olderModel: ServiceModel = {
  ...model,
  shapes: {
    ...model.shapes,
    StartMetadataGenerationRunInput: {
      type: 'structure',
      union: false,
      required: ['domainIdentifier', 'target', 'owningProjectIdentifier', 'type'],
      members: startMembers,
    },
    MetadataGenerationRunType: { type: 'string', enum: ['BUSINESS_DESCRIPTIONS'] },
    MetadataGenerationRunStatus: {
      type: 'string',
      enum: ['SUBMITTED', 'IN_PROGRESS', 'CANCELED', 'SUCCEEDED', 'FAILED'],
    },
  },
}
