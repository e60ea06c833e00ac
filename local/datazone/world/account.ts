/** The one account that is simulated. */
export const accountId = '123456789012'
/** Its one Region. */
export const region = 'us-east-1'
