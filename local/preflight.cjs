// Loaded before every npm script by the installed Node: use only CommonJS and syntax that old versions can read.
const leastMajor = 24
/** The platforms for which package.json installs Node 24. */
const platformsWithNode = ['linux-x64', 'linux-arm64', 'darwin-arm64']

/** Returns why this machine cannot run the project, in one line with the fix; undefined when it can. */
const problemOf = (host) => {
  const { version, platform, hasPackage } = host
  if (Number(version.split('.')[0]) < leastMajor) {
    const bundled = platformsWithNode.indexOf(platform) !== -1
    return `This project needs Node ${leastMajor} or later, but this is Node ${version} on ${platform}: ${
      bundled ? `run npm ci --include=optional, which installs Node ${leastMajor} in node_modules, or ` : ''
    }install Node ${leastMajor} from https://nodejs.org/en/download and run npm ci again`
  }
  if (!hasPackage(`@esbuild/${platform}`))
    return `The packages for ${platform} are not installed (esbuild has none): run npm ci --include=optional`
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

// Without the cache, Node strips the types of every source file and compiles it again at each start.
require('module').enableCompileCache()
