import { writeSync } from 'node:fs'
import { openJournal } from './journal.ts'

/** A process of its own that appends to a journal until it is killed, saying each entry it was told is kept. */
const journal = openJournal(process.argv[2] ?? '')
for (let next = journal.entries().length; ; next++) {
  journal.append({ next, padding: 'x'.repeat(next % 300) })
  writeSync(1, `${next}\n`)
  if (next % 50 === 49) journal.rewrite(journal.entries())
}
