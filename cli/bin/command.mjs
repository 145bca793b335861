import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** @returns {Promise<typeof import('../src/main.ts')>} as built from the sources that are there, else from them */
export async function loadCommand() {
  const built = builtCommand(repository)
  if (built !== undefined) {
    process.setSourceMapsEnabled(true)
    return import(pathToFileURL(built).href)
  }
  const { register } = await import('tsx/esm/api')
  register()
  return import('../src/main.ts')
}

/** Of the repository: where the built command is. */
export const builtIn = 'cli/dist'
/** In it: the sources that the last build was made of, and their digest, which names its folder. */
export const listName = 'sources.json'

/**
 * The command as it was built from the very sources that are there; `undefined` when it was not, or when one
 * of them is no longer what it was. They are read, all of them: it takes 30 ms, and a time of change says less.
 *
 * @param {string} root folder of the repository
 * @returns {string | undefined} path of the module
 */
export function builtCommand(root) {
  const { digest, sources } = lastBuild(root)
  const main = join(root, builtIn, digest, 'main.js')
  try {
    const read = sources.map((source) => [source, readFileSync(join(root, source))])
    return digestOf(read) === digest && existsSync(main) ? main : undefined
  } catch {
    // One of them has gone.
    return undefined
  }
}

/**
 * @param {string} root
 * @returns {{ digest: string, sources: readonly string[] }} of what was built last; of nothing where that cannot be read
 */
export function lastBuild(root) {
  try {
    const { digest, sources } = JSON.parse(readFileSync(join(root, builtIn, listName), 'utf8'))
    return { digest: `${digest}`, sources: [...sources] }
  } catch {
    return { digest: '', sources: [] }
  }
}

/**
 * @param {Iterable<readonly [string, Uint8Array]>} sources names and contents
 * @returns {string} SHA-256, hex
 */
export function digestOf(sources) {
  const hash = createHash('sha256')
  for (const [name, bytes] of sources) hash.update(`${name} ${bytes.length}\n`).update(bytes)
  return hash.digest('hex')
}
