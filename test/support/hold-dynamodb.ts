import { startDynamoDb } from '../../local/dynamodb/server.ts'

/** Runs a DynamoDB engine and prints its endpoint and process id, until a test kills this process. */
const { endpoint, pid } = await startDynamoDb({ environment: {} })
console.log(JSON.stringify({ endpoint, pid }))
setInterval(() => {}, 60_000)
