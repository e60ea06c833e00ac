import type { SQSRecord } from 'aws-lambda'

/** Returns a message as Lambda passes it to a function. `receives` is its receive count. */
export const sqsRecord = (
  messageId: string,
  body: string,
  receives: number,
  sentAtMs: number,
): SQSRecord => ({
  messageId,
  receiptHandle: `handle-${messageId}`,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sentAtMs),
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: String(sentAtMs),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test',
  awsRegion: 'us-east-1',
})
