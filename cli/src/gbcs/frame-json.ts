import {
  alerts,
  isAnswerTo,
  isExecuted,
  isLoadControl,
  isRepresentable,
  readFrame,
  takes,
  useCases,
  writeFrame,
  type Alert,
  type AlertCode,
  type Answer,
  type Frame,
  type ReadFrame,
  type Said,
  type UseCase,
} from '@interlock/gbcs'
import {
  canonicalJson,
  fromHex,
  fromIso,
  parseEui64,
  parseJson,
  toHex,
  toIso,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import {
  alertKeys,
  commandKeys,
  commandOptional,
  commandSpellings,
  contentJson,
  FieldProblem,
  readContentJson,
  responseKeys,
  responseOptional,
  responseSpellings,
} from './content-json.ts'

type Json = Readonly<Record<string, unknown>>

/** A message as JSON: counters in decimal, bytes in hex, instants in UTC, offsets in bytes. */
export function frameJson({ frame, parts }: ReadFrame): Json {
  const { form, said, signature, mac } = frame
  const offset = (name: string) => parts.find((part) => part.name === name)?.offset
  return {
    form,
    ...saidJson(said),
    ...(signature && { signature: toHex(signature), signatureOffset: offset('signature') }),
    ...(mac && { mac: toHex(mac), macOffset: offset('MAC') }),
  }
}

function saidJson(said: Said): Json {
  if (said.kind === 'alert') {
    const { code, counter, device, recipient } = said.alert
    const about = 'about' in said.alert ? said.alert.about : undefined
    return {
      kind: said.kind,
      useCase: code,
      title: alerts[code].title,
      messageCode: codeHex(alerts[code].code),
      standard: true,
      ...addressed(counter, device, recipient),
      ...(about && { about: { party: about.party, counter: `${about.counter}` } }),
      content: contentJson(alertKeys[code], said.alert),
    }
  }
  const { useCase, counter, originator } = said.kind === 'command' ? said.command : said.response
  const { title, code, standard } = useCases[useCase]
  const head = { kind: said.kind, useCase, title, messageCode: codeHex(code), standard }
  return said.kind === 'command'
    ? {
        ...head,
        ...addressed(counter, originator, said.command.target),
        content: contentJson(commandKeys[useCase], said.command),
      }
    : {
        ...head,
        ...addressed(counter, said.response.device, originator),
        ...(said.response.at !== undefined && { at: toIso(said.response.at) }),
        content: contentJson(responseKeys, said.response),
      }
}

const codeHex = (code: number): string => code.toString(16).padStart(4, '0')
const addressed = (counter: bigint, originator: Eui64, recipient: Eui64) => ({
  counter: `${counter}`,
  originator,
  recipient,
})

const depthMax = 8

/**
 * The bytes that JSON of the same shape describes. Everything in it must be true of them, so a title
 * or offset that contradicts the rest is refused and never silently dropped.
 */
export function bytesOfJson(text: string): Uint8Array | FieldProblem {
  try {
    const parsed = parseJson(text, depthMax)
    if (!parsed.ok) throw new FieldProblem('JSON', parsed.detail ?? parsed.reason)
    const json = objectOf(parsed.value, 'JSON')
    const bytes = writeFrame(frameOf(json))
    const again = readFrame(bytes)
    if (!again.ok) throw new FieldProblem(again.reason, again.detail ?? '')
    const made = frameJson(again.value)
    for (const key of new Set([...Object.keys(json), ...Object.keys(made)]))
      if (spelled(json[key]) !== spelled(made[key]))
        throw new FieldProblem(key, `is ${spelled(json[key])}, must be ${spelled(made[key])}`)
    return bytes
  } catch (error) {
    if (error instanceof FieldProblem) return error
    throw error
  }
}

const spelled = (value: unknown): string =>
  value === undefined ? 'absent' : canonicalJson(value).slice(0, 200)

function frameOf(json: Json): Frame {
  const form = choose(json, 'form', ['preCommand', 'unsigned', 'signed'] as const)
  const signature = form === 'signed' ? hex(json, 'signature', 64) : undefined
  const mac = json['mac'] === undefined ? undefined : hex(json, 'mac', 12)
  return { form, said: saidOf(json), ...(signature && { signature }), ...(mac && { mac }) }
}

function saidOf(json: Json): Said {
  const kind = choose(json, 'kind', ['command', 'response', 'alert'] as const)
  const counter = counterOf(json['counter'], 'counter')
  const originator = euiOf(json['originator'], 'originator')
  const recipient = euiOf(json['recipient'], 'recipient')
  const content = objectOf(json['content'], 'content')
  if (kind === 'alert') {
    const code = choose(json, 'useCase', Object.keys(alerts) as AlertCode[])
    const head = { code, device: originator, recipient, counter }
    const alert = { ...head, ...readContentJson(alertKeys[code], content) } as Alert
    const isWritable = alert.code === 'FutureDated' ? isExecuted(alert) : isLoadControl(alert)
    if (!isWritable) throw new FieldProblem('content', `is not one that ${code} takes`)
    if (alert.code === 'FutureDated') return { kind, alert }
    const about = objectOf(json['about'], 'about')
    const party = euiOf(about['party'], 'about.party')
    const named = { party, counter: counterOf(about['counter'], 'about.counter') }
    return { kind, alert: { ...alert, about: named } }
  }
  const useCase = choose(json, 'useCase', Object.keys(useCases) as UseCase[])
  if (kind === 'response') {
    const values = readContentJson(responseKeys, content, responseOptional, responseSpellings)
    if (!isAnswerTo(useCase, values as Answer))
      throw new FieldProblem('content', `is not one that ${useCase} is answered with`)
    const at = json['at'] === undefined ? {} : { at: timeOf(json['at']) }
    const head = { useCase, device: originator, originator: recipient, counter, ...at }
    return { kind, response: { ...head, ...values } } as Said
  }
  const values = readContentJson(
    commandKeys[useCase],
    content,
    commandOptional,
    commandSpellings[useCase],
  )
  if (!takes(useCase, values)) throw new FieldProblem('content', `is not one that ${useCase} takes`)
  return { kind, command: { useCase, originator, target: recipient, counter, ...values } } as Said
}

const objectOf = (value: unknown, field: string): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FieldProblem(field, 'must be an object')
  return value as Json
}
function choose<Name extends string>(json: Json, field: string, names: readonly Name[]): Name {
  const found = names.find((each) => each === json[field])
  if (found === undefined) throw new FieldProblem(field, `must be one of ${names.join(', ')}`)
  return found
}
function counterOf(value: unknown, field: string): bigint {
  const counter = typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined
  if (counter === undefined || counter >= 1n << 64n)
    throw new FieldProblem(field, 'must be a 64-bit number in decimal, as text')
  return counter
}
function euiOf(value: unknown, field: string): Eui64 {
  const eui = typeof value === 'string' ? parseEui64(value) : undefined
  if (eui === undefined)
    throw new FieldProblem(field, 'must be an EUI-64 such as 00-DB-12-34-56-78-90-A0')
  return eui
}
function timeOf(value: unknown): Instant {
  const at = typeof value === 'string' ? fromIso(value) : undefined
  if (at === undefined || !isRepresentable(at))
    throw new FieldProblem('at', 'must be a whole second such as 2026-01-05T18:00:00.000Z')
  return at
}
function hex(json: Json, field: string, bytes: number): Uint8Array {
  const text = json[field]
  const value = typeof text === 'string' ? fromHex(text) : undefined
  if (value?.length !== bytes) throw new FieldProblem(field, `must be ${bytes} bytes in hex`)
  return value
}
