import { appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFlags } from './flags.ts'
import { launch } from './launch.ts'
import { runAsCommand } from './run-as-command.ts'
import { shutdownSignal } from './shutdown-signal.ts'

await runAsCommand(async (args) => {
  const flags = startFlags(args)
  const stopping = shutdownSignal('start')
  console.log('packaging the service and starting the local stack ...')
  const logPath = join(tmpdir(), `datazone-run-orchestrator-${process.pid}.log`)
  const log = (line: string, source: string) => appendFileSync(logPath, `${source}: ${line}\n`)
  const system = await launch({ ...flags, log })
  const { stack, datazone } = system
  const queueUrl = stack.queueUrls['RequestQueue'] ?? ''
  console.log(`
The stack is up, in mode ${flags.mode}, with ${flags.assets} sample assets in DataZone.

  DynamoDB      ${stack.endpoints.dynamodb}   table ${stack.tableName}
  SQS           ${stack.endpoints.sqs}   queue ${queueUrl}
  EventBridge   ${stack.endpoints.eventbridge}   bus ${stack.busNames['RunEventBus']}
  DataZone      ${datazone.endpoint}   (simulated; control under /_simulator/)
  Logs          ${logPath}

Point an AWS SDK or the AWS CLI at it:

  export AWS_REGION=${stack.region} AWS_DEFAULT_REGION=${stack.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  export AWS_ENDPOINT_URL_DYNAMODB=${stack.endpoints.dynamodb}
  export AWS_ENDPOINT_URL_SQS=${stack.endpoints.sqs}
  export AWS_ENDPOINT_URL_EVENTBRIDGE=${stack.endpoints.eventbridge}
  export AWS_ENDPOINT_URL_DATAZONE=${datazone.endpoint}
  export RUN_TABLE=${stack.tableName} RUN_BUS=${stack.busNames['RunEventBus']}
  export REQUEST_QUEUE_URL=${queueUrl}
  export REQUEST_DLQ_URL=${stack.queueUrls['RequestDeadLetterQueue']}
  export REJECTED_QUEUE_URL=${stack.queueUrls['RejectedQueue']}

  aws sqs send-message --endpoint-url "$AWS_ENDPOINT_URL_SQS" --queue-url "$REQUEST_QUEUE_URL" --message-body '{"version":1,
    "requestId":"my-first","kind":"METADATA_GENERATION","domainId":"dzd_sample1234567",
    "projectId":"salesproject01","asset":{"id":"tpcds_store_sales"}}'

The commands of docs/OPERATIONS.md work here too, but for the redrive and the logs, which are in the file above. Version 1
of the AWS CLI wants that --endpoint-url with every \`aws sqs\`, version 2 does without.

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
