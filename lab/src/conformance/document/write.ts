import { writeFileSync } from 'node:fs'
import { conformancePages } from './pages.ts'

for (const [path, text] of conformancePages())
  writeFileSync(new URL(`../../../../${path}`, import.meta.url), text)
