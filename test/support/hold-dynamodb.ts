import { startDynamoDb } from '../../local/dynamodb/server.ts'

/** Holds a DynamoDB engine until it is killed, and says where it is: for the test that kills it. */
const { endpoint, pid } = await startDynamoDb({ environment: {} })
console.log(JSON.stringify({ endpoint, pid }))
setInterval(() => {}, 60_000)
