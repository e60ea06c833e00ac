// Loaded before every npm script, by whatever Node is there: keep to CommonJS that old versions can read.
const leastMajor = 24
/** Where package.json has a Node 24 to install. */
const platformsWithNode = ['linux-x64', 'linux-arm64', 'darwin-arm64']

/** What keeps this machine from running the project, in one line with the fix; `undefined` when nothing does. */
const problemOf = (host) => {
  const { version, platform, hasPackage } = host
  if (Number(version.split('.')[0]) < leastMajor) {
    const bundled = platformsWithNode.indexOf(platform) !== -1
    return `This project needs Node ${leastMajor} or later and found Node ${version} on ${platform}: ${
      bundled ? 'run npm ci --include=optional, which installs it here, or ' : ''
    }install Node ${leastMajor} from https://nodejs.org/en/download and run npm ci again`
  }
  if (!hasPackage(`@esbuild/${platform}`))
    return `The packages for ${platform} are not installed, esbuild's is missing: run npm ci --include=optional`
  return undefined
}

const isInstalled = (name) => {
  try {
    require.resolve(`${name}/package.json`)
    return true
  } catch (_) {
    return false
  }
}

module.exports = { problemOf }

const problem = problemOf({
  version: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
  hasPackage: isInstalled,
})
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}

// Every source file would be stripped of its types and compiled again at each start.
require('module').enableCompileCache()
