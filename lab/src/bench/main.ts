import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { loadFigures } from './load-figures.ts'
import { json, table, type Line } from './report.ts'

const args = process.argv.slice(2)
const say = (words: string): void => void process.stderr.write(`${words}\n`)
const dir = temporaryDir('interlock-bench')
try {
  const lines: Line[] = [
    ...(await loadFigures({
      dir: `${dir}/load`,
      stations: 200,
      rounds: 3,
      roundMillis: 1000,
      say,
    })),
  ]
  process.stdout.write(args.includes('--json') ? JSON.stringify(json(lines)) : `${table(lines)}\n`)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
