import { readOcpi, type Token } from '@interlock/ocpi'

/** A token as OCPI has it; its number in capitals, as cards are compared. */
export function checkToken(value: unknown): Token | undefined {
  const read = readOcpi('Token', JSON.stringify(value ?? null))
  return read.ok ? { ...read.value, uid: read.value.uid.toUpperCase() } : undefined
}
