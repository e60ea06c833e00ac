import { devNull } from 'node:os'
import type { FunctionPlan } from '../template/functions.ts'

/** The endpoint of each service that the functions call. */
export interface ServiceEndpoints {
  readonly dynamodb: string
  readonly sqs: string
  readonly sns: string
  readonly eventbridge: string
  readonly datazone: string
}

const endpointVariables = (endpoints: ServiceEndpoints) => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  AWS_ENDPOINT_URL_SNS: endpoints.sns,
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventbridge,
  AWS_ENDPOINT_URL_DATAZONE: endpoints.datazone,
})

/**
 * Returns every environment variable of a function: those that Lambda sets, the endpoints, the variables of the
 * template and the given settings, where later ones replace earlier ones. None comes from this process or the user's
 * AWS files.
 */
export function functionEnv(
  plan: FunctionPlan,
  options: {
    readonly region: string
    readonly endpoints: ServiceEndpoints
    readonly settings: Readonly<Record<string, string>>
    readonly taskRoot: string
    readonly environmentId: string
  },
): Record<string, string> {
  const { region, endpoints, settings, taskRoot, environmentId } = options
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: plan.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${plan.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: environmentId,
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: `${plan.module}.${plan.exportName}`,
    TZ: ':UTC',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    // The SDK puts the id into the User-Agent of each request, so that a tap knows which environment calls.
    AWS_SDK_UA_APP_ID: environmentId,
    ...endpointVariables(endpoints),
    ...plan.environment,
    // The local stack has no STS, so the functions call DataZone with their own credentials.
    CATALOG_ROLE_ARN: '',
    ...settings,
  }
}
