/** How each state and ending looks in every view. The glyph says the same as the color, for viewers who cannot see it. */
export interface StatusLook {
  readonly word: string
  readonly glyph: string
  readonly tone: string
}

const looks: Readonly<Record<string, StatusLook>> = {
  PLANNED: { word: 'Planned', glyph: '◌', tone: 'planned' },
  CLAIMED: { word: 'Starting', glyph: '◔', tone: 'claimed' },
  PARKED: { word: 'Waiting', glyph: '‖', tone: 'parked' },
  IN_FLIGHT: { word: 'In flight', glyph: '▶', tone: 'flight' },
  STARTED: { word: 'Started', glyph: '▷', tone: 'flight' },
  SUCCEEDED: { word: 'Succeeded', glyph: '✓', tone: 'good' },
  PARTIALLY_SUCCEEDED: { word: 'Partial', glyph: '◐', tone: 'partial' },
  FAILED: { word: 'Failed', glyph: '✕', tone: 'bad' },
  CANCELED: { word: 'Canceled', glyph: '⊘', tone: 'canceled' },
  TIMED_OUT: { word: 'Timed out', glyph: '◷', tone: 'late' },
  LOST: { word: 'Lost', glyph: '?', tone: 'lost' },
  REJECTED: { word: 'Rejected', glyph: '!', tone: 'rejected' },
  PAUSED: { word: 'Paused', glyph: '‖', tone: 'parked' },
  BREAKER: { word: 'Breaker open', glyph: '!', tone: 'bad' },
}

/** The look of a status. One that this version does not know is shown by its own name. */
export const lookOf = (status: string): StatusLook =>
  looks[status] ?? { word: status.toLowerCase().replaceAll('_', ' '), glyph: '•', tone: 'unknown' }

const openStatuses = ['IN_FLIGHT', 'CLAIMED', 'PARKED', 'PLANNED'] as const
export const endedStatuses = [
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'LOST',
  'REJECTED',
  'CANCELED',
] as const
export const allStatuses: readonly string[] = [...openStatuses, ...endedStatuses]

/** `QUOTA_EXCEEDED` as `quota exceeded`. */
export const reasonWord = (reason: string): string => reason.toLowerCase().replaceAll('_', ' ')
