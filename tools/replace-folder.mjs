import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Puts what is in one folder in the place of what is in another, file by file: a server that runs
 * meanwhile finds each file old or new, and none missing. Both are on one disk.
 *
 * @param {string} from it is gone afterwards
 * @param {string} to
 * @param {() => void} [onStep] told after each change, for tests
 */
export function replaceFolder(from, to, onStep = () => {}) {
  const files = filesIn(from)
  // A page is last: what it loads is there before it.
  const isPage = (file) => file.endsWith('.html')
  for (const file of [...files.filter((each) => !isPage(each)), ...files.filter(isPage)]) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    renameSync(join(from, file), join(to, file))
    onStep()
  }
  for (const file of filesIn(to).filter((each) => !files.includes(each))) {
    rmSync(join(to, file))
    onStep()
  }
  rmSync(from, { recursive: true })
}

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    : []
