#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  giveUp(`Node ${process.version} is too old`, 'install Node 20.19 or later')
} else {
  try {
    const { loadCommand } = await import('./command.mjs')
    const { main } = await loadCommand()
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
    giveUp(error.message, 'run npm ci in the folder of the repository')
  }
}

function giveUp(problem, remedy) {
  if (process.argv.includes('--json')) {
    const failure = { error: { code: 'InstallIncomplete', message: problem, remedy } }
    process.stdout.write(`${JSON.stringify(failure)}\n`)
  }
  process.stderr.write(`interlock: ${problem}\n  ${remedy}\n`)
  process.exitCode = 3
}
