/** A datapoint of a metric that AWS publishes about a function or a rule. */
export interface ServiceMetric {
  readonly namespace: 'AWS/Lambda' | 'AWS/Events'
  readonly name:
    | 'Invocations'
    | 'Errors'
    | 'TriggeredRules'
    | 'FailedInvocations'
    | 'InvocationsFailedToBeSentToDlq'
  readonly dimensions: Readonly<Record<string, string>>
  readonly value: number
}

/** Receives each datapoint. */
export type OnServiceMetric = (metric: ServiceMetric) => void
