import * as z from 'zod/mini'

const templateSchema = z.looseObject({
  Parameters: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.optional(z.unknown()) })),
  Outputs: z.record(z.string(), z.unknown()),
})
const functionSchema = z.looseObject({ Code: z.object({ S3Bucket: z.unknown(), S3Key: z.string() }) })

const codeParameters: Readonly<Record<string, unknown>> = {
  CodeBucket: {
    Type: 'String',
    Description: 'S3 bucket, in the Region of the stack, that holds the zip files of the functions',
  },
  CodePrefix: {
    Type: 'String',
    Description:
      'Path of the zip files in the bucket, with a slash at its end; empty for the top of the bucket',
    Default: '',
    AllowedPattern: '^$|^.*/$',
    ConstraintDescription: 'must be empty or a path that ends in a slash',
  },
}

/**
 * Returns the packaged template without the Serverless Framework's deployment bucket: functions take their code from
 * CodeBucket and CodePrefix. `fileOf` returns the released name of a zip file from the name that the framework gave it.
 */
export const releasedTemplate = (packaged: unknown, fileOf: (zip: string) => string) => {
  const { Parameters, Resources, Outputs, ...rest } = templateSchema.parse(packaged)
  const resources = Object.entries(Resources).flatMap(([name, resource]) => {
    if (name.startsWith('ServerlessDeploymentBucket')) return []
    if (resource.Type !== 'AWS::Lambda::Function') return [[name, resource] as const]
    const properties = functionSchema.parse(resource.Properties)
    const zip = properties.Code.S3Key.replace(/^.*\//, '')
    const Code = {
      S3Bucket: { Ref: 'CodeBucket' },
      S3Key: { 'Fn::Join': ['', [{ Ref: 'CodePrefix' }, fileOf(zip)]] },
    }
    return [[name, { ...resource, Properties: { ...properties, Code } }] as const]
  })
  return {
    ...rest,
    Parameters: { ...codeParameters, ...Parameters },
    Resources: Object.fromEntries(resources),
    Outputs: Object.fromEntries(
      Object.entries(Outputs).filter(([name]) => name !== 'ServerlessDeploymentBucketName'),
    ),
  }
}
