import { startFlags } from './flags.ts'
import { launch } from './launch.ts'
import { runAsCommand } from './run-as-command.ts'

/** Resolves at the first Ctrl-C or SIGTERM. */
const told = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

await runAsCommand(async (args) => {
  const flags = startFlags(args)
  const stopping = told()
  console.log('packaging the service and starting the local stack ...')
  const system = await launch(flags)
  const { stack, datazone } = system
  const queueUrl = stack.queueUrls['RequestQueue'] ?? ''
  console.log(`
The stack is up, in mode ${flags.mode}, with ${flags.assets} sample assets in DataZone.

  DynamoDB      ${stack.endpoints.dynamodb}   table ${stack.tableName}
  SQS           ${stack.endpoints.sqs}   queue ${queueUrl}
  EventBridge   ${stack.endpoints.eventbridge}   bus ${stack.busNames['RunEventBus']}
  DataZone      ${datazone.endpoint}   (simulated; control under /_simulator/)

Point an AWS SDK or the AWS CLI at it:

  export AWS_REGION=${stack.region} AWS_DEFAULT_REGION=${stack.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  export AWS_ENDPOINT_URL_DYNAMODB=${stack.endpoints.dynamodb}
  export AWS_ENDPOINT_URL_SQS=${stack.endpoints.sqs}
  export AWS_ENDPOINT_URL_EVENTBRIDGE=${stack.endpoints.eventbridge}
  export AWS_ENDPOINT_URL_DATAZONE=${datazone.endpoint}

  aws sqs send-message --queue-url ${queueUrl} --message-body '{"version":1,
    "requestId":"my-first","kind":"METADATA_GENERATION","domainId":"dzd_sample1234567",
    "projectId":"salesproject01","asset":{"id":"tpcds_store_sales"}}'

Events about runs are printed below. Ctrl-C stops everything.
`)
  let shown = 0
  const printer = setInterval(() => {
    const events = stack.archive('RunEventBus')
    for (const { event } of events.slice(shown))
      console.log(event['detail-type'], JSON.stringify(event.detail))
    shown = events.length
  }, 300)
  await stopping
  clearInterval(printer)
  console.log('stopping ...')
  await system.stop()
  return 0
})
