import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { missing, ok, type Finding } from './finding.ts'

/** The repository, seen from here. */
const root = new URL('../../../', import.meta.url).pathname

const nodeMin = [20, 19] as const

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])
  return enough
    ? ok('Node', version)
    : missing('Node', `${version} is too old`, `install Node ${nodeMin.join('.')} or later`)
}

/** Every package that a part of the repository depends on has been installed. */
export function checkPackages(folder = root): Finding {
  const parts = ['packages', 'actors'].flatMap((group) =>
    foldersIn(join(folder, group)).map((name) => join(folder, group, name)),
  )
  const absent = [...parts, join(folder, 'lab'), join(folder, 'cli')].flatMap((part) =>
    dependenciesOf(part).filter((name) => !installed(name, [part, folder])),
  )
  const names = [...new Set(absent)]
  if (names.length === 0) return ok('npm packages', 'all installed')
  const shown = names.slice(0, 3).join(', ')
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return missing('npm packages', `${shown}${more} not installed`, `run npm ci in ${folder}`)
}

const installed = (name: string, folders: readonly string[]): boolean =>
  folders.some((folder) => existsSync(join(folder, 'node_modules', name, 'package.json')))

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')))
    : []

function dependenciesOf(part: string): string[] {
  const text = readFileSync(join(part, 'package.json'), 'utf8')
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> }
  return Object.keys(dependencies)
}

/** What `npm ci` makes and git does not keep. */
const generated: readonly { readonly name: string; readonly paths: readonly string[] }[] = [
  {
    name: 'OCPP validators',
    paths: ['validators.js', 'messages.ts'].map((file) => `packages/ocpp/generated/${file}`),
  },
  {
    name: 'pages',
    paths: ['console/console.html', 'arm/arm.html'].map((file) => `actors/web/dist/${file}`),
  },
]

export const checkGenerated = (folder = root): readonly Finding[] =>
  generated.map(({ name, paths }) => {
    const absent = paths.find((path) => !existsSync(join(folder, path)))
    return absent === undefined
      ? ok(name, 'generated')
      : missing(name, `${absent} is not there`, `run npm run prepare in ${folder}`)
  })

const browsers = ['chromium', 'chromium-browser', 'google-chrome']

/** Only the browser tests need it. */
export function checkChromium(env: NodeJS.ProcessEnv): Finding {
  const named = env['CHROMIUM']
  const found = [
    ...(named === undefined ? [] : [named]),
    ...(env['PATH'] ?? '')
      .split(delimiter)
      .flatMap((folder) => browsers.map((name) => join(folder, name))),
  ].find((path) => existsSync(path))
  if (found !== undefined) return ok('Chromium', found)
  return {
    name: 'Chromium',
    status: 'optional',
    detail: 'not found; the browser tests are skipped',
    remedy: 'apt-get install chromium, or set CHROMIUM to its path',
  }
}
