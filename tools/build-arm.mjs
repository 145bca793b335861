/**
 * Builds the person's arm module into one file that browsers and Node run alike. The same sources
 * with the same locked tools give the same bytes, wherever they are built: its digest is what the
 * firmware register holds.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * @param {{ from?: string, to: string }} folders sources of the package, and where the file goes
 * @returns {Promise<string>} the SHA-256 of the file, hex
 */
export async function buildArm({ from = join(root, 'packages/arm'), to }) {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root: from,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: to,
      emptyOutDir: false,
      target: 'es2022',
      // To be read by whoever certifies it.
      minify: false,
      // Nothing of where it was built.
      rolldownOptions: { experimental: { attachDebugInfo: 'none' } },
      lib: { entry: join(from, 'src/index.ts'), formats: ['es'], fileName: () => 'arm.js' },
    },
  })
  return createHash('sha256')
    .update(readFileSync(join(to, 'arm.js')))
    .digest('hex')
}
