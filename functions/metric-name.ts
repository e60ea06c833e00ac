/** `run-timed-out` of TIMED_OUT: the name of a metric that counts one of several. An alarm looks at `parked-denied`. */
export const metricName = (counted: 'parked' | 'run', word: string): string =>
  `${counted}-${word.toLowerCase().replaceAll('_', '-')}`
