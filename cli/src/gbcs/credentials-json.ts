import {
  cellKeyUsages,
  cellOutcomes,
  partyRoles,
  type CellHolder,
  type CellReport,
  type Replacement,
  type TrustAnchorCell,
} from '@interlock/gbcs'
import { fromHex, parseEui64, toHex } from '@interlock/kernel'
import type { Spelling } from './content-json.ts'

type Json = Readonly<Record<string, unknown>>

/** The value of every member, or nothing when one of them cannot be read. */
function all<Value>(json: unknown, read: (each: Json) => Value | undefined): Value[] | undefined {
  if (!Array.isArray(json)) return undefined
  const values = json.map((each: unknown) =>
    typeof each === 'object' && each !== null ? read(each as Json) : undefined,
  )
  return values.every((each) => each !== undefined) ? values : undefined
}
const bytesIn = (json: unknown): Uint8Array | undefined =>
  typeof json === 'string' ? fromHex(json) : undefined
const nameIn = <Name extends string>(table: Readonly<Record<Name, unknown>>, json: unknown) =>
  (Object.keys(table) as Name[]).find((each) => each === json)

function cellIn({ role: roleJson, keyUsage: usageJson, topUp }: Json): TrustAnchorCell | undefined {
  const role = nameIn(partyRoles, roleJson)
  const keyUsage = nameIn(cellKeyUsages, usageJson)
  if (role === undefined || keyUsage === undefined) return undefined
  if (topUp === undefined) return { role, keyUsage }
  return topUp === true ? { role, keyUsage, topUp } : undefined
}

const holderJson = ({ organisation, keyId }: CellHolder) => ({ organisation, keyId: toHex(keyId) })
function holderIn(json: unknown): CellHolder | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { organisation: text, keyId: hex } = json as Json
  const organisation = typeof text === 'string' ? parseEui64(text) : undefined
  const keyId = bytesIn(hex)
  return organisation && keyId && { organisation, keyId }
}

export const replacements: Spelling = {
  write: (values: readonly Replacement[]) =>
    values.map(({ cell, certificate }) => ({ ...cell, certificate: toHex(certificate) })),
  read: (json) =>
    all(json, (each): Replacement | undefined => {
      const cell = cellIn(each)
      const certificate = bytesIn(each['certificate'])
      return cell && certificate && { cell, certificate }
    }),
  expected: 'a list of role, keyUsage and certificate, and topUp where it is for top-ups',
}

export const path: Spelling = {
  write: (values: readonly Uint8Array[]) => values.map(toHex),
  read(json: unknown) {
    const values = Array.isArray(json) ? json.map(bytesIn) : undefined
    return values?.every((each) => each !== undefined) === true ? values : undefined
  },
  expected: 'a list of certificates in hex',
}

export const cells: Spelling = {
  write: (values: readonly CellReport[]) =>
    values.map(({ cell, outcome, before, after }) => ({
      ...cell,
      outcome,
      ...(before && { before: holderJson(before) }),
      ...(after && { after: holderJson(after) }),
    })),
  read: (json) =>
    all(json, (each): CellReport | undefined => {
      const cell = cellIn(each)
      const outcome = nameIn(cellOutcomes, each['outcome'])
      const before = holderIn(each['before'])
      const after = holderIn(each['after'])
      if (cell === undefined || outcome === undefined) return undefined
      return { cell, outcome, ...(before && { before }), ...(after && { after }) }
    }),
  expected: 'a list of cells, each with its outcome, and with who holds it before and after',
}
