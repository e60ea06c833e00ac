/** The account and Region in the envelope of an event and in ARNs. */
export interface EventOrigin {
  readonly account: string
  readonly region: string
}

/** Returns the ARN of an EventBridge resource such as `event-bus/default`. */
export function eventsArn({ account, region }: EventOrigin, resource: string): string {
  return `arn:aws:events:${region}:${account}:${resource}`
}

/** Returns the name of a bus from its name or ARN, or `default` for undefined. */
export function busNameOf(nameOrArn: string | undefined): string {
  return (nameOrArn ?? 'default').replace(/^arn:.*:event-bus\//, '')
}
