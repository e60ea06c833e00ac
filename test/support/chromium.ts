import { accessSync, constants } from 'node:fs'

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * The path of Chromium: the environment variable `CHROMIUM`, or else an installed Chromium or Chrome. Undefined if
 * there is none.
 */
export const chromiumPath = places.find((path) => path !== undefined && path !== '' && isExecutable(path))

/** Chromium refuses to start its sandbox as root, the usual user of a container. */
export const chromiumArguments: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : []
