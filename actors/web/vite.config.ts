import { fileURLToPath } from 'node:url'
import { preact } from '@preact/preset-vite'
import { defineConfig, type EnvironmentOptions } from 'vite'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Each page is a build of its own: the page that signs shares no file with the console. */
const page = (name: 'console' | 'arm'): EnvironmentOptions => ({
  consumer: 'client',
  build: {
    outDir: folder(`dist/${name}`),
    emptyOutDir: true,
    // The content policies allow no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: folder(`${name}.html`),
      // What signs is a file of its own, built apart from any page.
      ...(name === 'arm' && {
        external: ['@interlock/arm'],
        output: { paths: { '@interlock/arm': '/arm.js' } },
      }),
      // The contract's schemas are for servers; a page takes its words only.
      treeshake: {
        moduleSideEffects: [{ test: /\/(packages|node_modules\/typebox)\//, sideEffects: false }],
      },
    },
  },
})

export default defineConfig({
  root: folder('.'),
  publicDir: false,
  plugins: [preact({ prefreshEnabled: false, devToolsEnabled: false })],
  environments: { console: page('console'), arm: page('arm') },
  builder: {
    buildApp: async (builder) => {
      for (const name of ['console', 'arm']) {
        const environment = builder.environments[name]
        if (environment !== undefined) await builder.build(environment)
      }
    },
  },
  build: { target: 'es2022', reportCompressedSize: true },
})
