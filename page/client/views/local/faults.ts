export interface Fault {
  readonly label: string
  readonly what: string
  readonly fault: Readonly<Record<string, unknown>>
}

export const faults: readonly Fault[] = [
  {
    label: 'Throttle half of all Starts',
    what: 'ThrottlingException',
    fault: {
      kind: 'error',
      error: 'ThrottlingException',
      operation: 'StartMetadataGenerationRun',
      probability: 0.5,
    },
  },
  {
    label: 'Lose every third answer after its effect',
    what: 'the run exists, the caller does not know',
    fault: { kind: 'lostAnswer', operation: 'StartMetadataGenerationRun', probability: 0.33 },
  },
  {
    label: 'Answer a fifth of all calls with 500',
    what: 'InternalServerException',
    fault: { kind: 'error', error: 'InternalServerException', probability: 0.2 },
  },
  {
    label: 'Refuse access',
    what: 'AccessDeniedException: opens a breaker',
    fault: { kind: 'error', error: 'AccessDeniedException', operation: 'StartMetadataGenerationRun' },
  },
  {
    label: 'Use up the month’s quota',
    what: 'ServiceQuotaExceededException',
    fault: { kind: 'error', error: 'ServiceQuotaExceededException', operation: 'StartMetadataGenerationRun' },
  },
  { label: 'Answer slowly', what: 'two seconds a call', fault: { kind: 'slow', delayMs: 2000 } },
]

export const isSame = (
  armed: Readonly<Record<string, unknown>>,
  fault: Readonly<Record<string, unknown>>,
): boolean => Object.entries(fault).every(([name, value]) => armed[name] === value)
