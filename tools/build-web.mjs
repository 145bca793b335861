/** Builds the console and the arm page with Vite, when their sources have changed. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildArm } from './build-arm.mjs'
import { replaceFolder } from './replace-folder.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const web = join(here, '../actors/web')
/** The pages import these too. */
const sources = ['../actors/web', '../packages/arm', '../packages/kernel', '../packages/contract']

/** @returns {Promise<string>} what was done, for the log */
export async function buildWeb() {
  const configFile = join(web, 'vite.config.ts')
  if (!existsSync(configFile)) return 'no pages'
  const stampFile = join(web, 'dist/.sources')
  const digest = sourcesDigest()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === digest) return 'up to date'
  const { createBuilder } = await import('vite')
  // Apart from what is served: a server that runs finds every file until the new ones are whole.
  const next = join(web, `dist/.next-${process.pid}`)
  const into = (page) => ({ build: { outDir: join(next, page) } })
  const environments = { console: into('console'), arm: into('arm') }
  const builder = await createBuilder({ configFile, root: web, logLevel: 'warn', environments })
  await builder.buildApp()
  // The page that signs takes this very file, so that it is what was certified.
  await buildArm({ to: join(next, 'arm') })
  for (const page of ['console', 'arm']) replaceFolder(join(next, page), join(web, 'dist', page))
  rmSync(next, { recursive: true })
  writeFileSync(stampFile, digest)
  return 'built'
}

function sourcesDigest() {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const path of filesBelow(join(here, source))) hash.update(path).update(readFileSync(path))
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .filter((entry) => !['node_modules', 'dist', 'generated'].includes(entry.name))
    .filter((entry) => !entry.name.includes('.test.'))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
}
