import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { toHex } from '@interlock/kernel'

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value)
  return typeof value === 'bigint' ? value.toString() : value
}

/** Writes vectors: bytes in hex, counters in decimal. */
export function writeVectors(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(content, plain, 2)}\n`)
}
