/** The account of the local stack: fauxqs, the SQS server, supports no other. */
export const accountId = '000000000000'
/** The simulated Region. */
export const region = 'us-east-1'
