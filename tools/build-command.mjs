/**
 * Builds the `interlock` command into a few files. It runs from its sources as well; but then each process
 * compiles and links a thousand of them, which takes one to three seconds of processor time.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtCommand, builtIn, digestOf, lastBuild, listName } from '../cli/bin/command.mjs'

const repository = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Our own parts, and the one library of so many small files that loading it takes longest. */
const bundled = /^(@interlock\/|typebox(\/|$))/

/**
 * @param {string} [root] folder of the repository
 * @returns {Promise<string>} what was done, for the log
 */
export async function buildCommand(root = repository) {
  if (builtCommand(root) !== undefined) return 'up to date'
  const dist = join(root, builtIn)
  const next = join(dist, `.next-${process.pid}`)
  const read = await bundle(root, next)
  const digest = digestOf(read)
  const { digest: former } = lastBuild(root)
  rmSync(join(dist, digest), { recursive: true, force: true })
  renameSync(next, join(dist, digest))
  writeFileSync(`${next}.json`, JSON.stringify({ digest, sources: [...read.keys()] }))
  renameSync(`${next}.json`, join(dist, listName))
  // What runs meanwhile finds the files that it was started from; those of before them go.
  for (const name of readdirSync(dist).filter((each) => /^[0-9a-f]{64}$/.test(each)))
    if (name !== digest && name !== former) rmSync(join(dist, name), { recursive: true })
  return 'built'
}

/** @returns {Promise<ReadonlyMap<string, Uint8Array>>} each file that decides what is built, as it was read */
async function bundle(root, to) {
  const { build } = await import('vite')
  const read = new Map()
  const note = (path) => {
    const bytes = readFileSync(path)
    read.set(relative(root, path), bytes)
    return bytes.toString('utf8')
  }
  // Which version of a library is bundled, and where those are that are not.
  note(join(root, 'package-lock.json'))
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    plugins: [fromSources(to, note)],
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'cli/src/main.ts'),
      outDir: to,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        output: {
          entryFileNames: 'main.js',
          chunkFileNames: '[name]-[hash].js',
          sourcemapExcludeSources: true,
        },
        // A module that one command loads when it runs and another needs at once is loaded at once.
        checks: { ineffectiveDynamicImport: false },
      },
    },
  })
  return read
}

/** Reads our files and notes them; other libraries stay where they are. */
const fromSources = (to, note) => ({
  name: 'from-sources',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    const isOwn = /^[./]|^node:/.test(source) || bundled.test(source)
    if (importer === undefined || isOwn || isLibrary(importer)) return null
    const found = await this.resolve(source, importer, { ...options, skipSelf: true })
    if (found === null || found.external) return found
    // One that a part has for itself is not found from where the command is built.
    const isShared = found.id.startsWith(join(to, '../../../node_modules/'))
    return { id: isShared ? source : relative(to, found.id), external: true }
  },
  load(id) {
    if (!id.startsWith('/') || isLibrary(id)) return null
    const text = note(id)
    note(manifestOf(dirname(id)))
    if (/import\.meta\.(?!url\b)/.test(text))
      throw new Error(`${id}: of import.meta there is the url`)
    // What a file finds beside itself is still there.
    const place = `new URL(${JSON.stringify(relative(to, id))}, import.meta.url).href`
    return text.replaceAll('import.meta.url', place)
  },
})

const isLibrary = (path) => path.includes('/node_modules/')

/** It says which file another part’s name stands for. */
const manifestOf = (folder) => {
  const path = join(folder, 'package.json')
  return existsSync(path) ? path : manifestOf(dirname(folder))
}
