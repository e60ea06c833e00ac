export const milliseconds = (value: number): string => `${Math.round(value)} ms`
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Prints one line of the bench. */
export const report = (what: string, figure: string): void => console.log(`${what.padEnd(44)} ${figure}`)
