import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Workspace links lead out of Stryker's sandbox to code that is not mutated, so every package is
// taken from beside this file.
const packages = fileURLToPath(new URL('./packages/', import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      // Of the host, these tests use the cryptography; loading the rest for each mutant takes hours.
      { find: '@interlock/host', replacement: `${packages}host/src/node-crypto.ts` },
      { find: /^@interlock\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
    ],
  },
  test: { include: ['tools/mutation/gate.mutation.ts'] },
})
