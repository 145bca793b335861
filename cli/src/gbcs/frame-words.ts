import type { Part } from '@interlock/gbcs'
import { toHex } from '@interlock/kernel'
import { jsonLines } from '../json-lines.ts'

/** The JSON of a message as lines for people, one member each. */
export function frameWords(json: Readonly<Record<string, unknown>>): string {
  const { kind, useCase, title, form, standard, mac, ...rest } = json
  const origin = standard === true ? '' : ', not GBCS but ours'
  const wrapped = mac === undefined ? '' : ' with a MAC'
  const head = `${String(useCase)} ${String(title)}${origin}: a ${forms[String(form)] ?? ''}${String(kind)}${wrapped}`
  return [head, ...jsonLines({ ...rest, ...(mac === undefined ? {} : { mac }) })].join('\n')
}

const forms: Readonly<Record<string, string>> = {
  signed: 'signed ',
  unsigned: 'unsigned ',
  preCommand: 'not yet signed ',
}

export const partsJson = (parts: readonly Part[]): readonly object[] =>
  parts.map(({ name, offset, bytes, words: said }) => ({
    offset,
    length: bytes.length,
    field: name,
    bytes: toHex(bytes),
    words: said,
  }))

const shownBytesMax = 16

export const partsWords = (parts: readonly Part[]): string =>
  parts
    .map(({ name, offset, bytes, words: said }) => {
      const more = bytes.length > shownBytesMax ? '…' : ''
      const hex = `${toHex(bytes.subarray(0, shownBytesMax))}${more}`
      return `${String(offset).padStart(5)}  ${hex.padEnd(35)}${name}${said === '' ? '' : `: ${said}`}`
    })
    .join('\n')
