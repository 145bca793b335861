import { parseEui64, type Outcome } from '@interlock/kernel'
import type { HomeUsageFormat } from '@interlock/contract'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { chargerOf } from './paired-charger.ts'

const flags: FlagSpecs = {
  at: { kind: 'text', value: 'URL', help: 'the charger on the network of the home: https://…' },
  device: { kind: 'text', value: 'DIR', help: 'folder of this device: its key, and who it knows' },
}
const formats: readonly HomeUsageFormat[] = ['csv', 'json', 'greenButton', 'records']
const dayMillis = 86_400_000

const refusals: Readonly<Record<string, string>> = {
  PairingRefused: 'the charger does not take this device; have it show a new code',
  NotTheCharger: 'what answered does not know the code: it is not the charger',
  UsageRefused: 'the charger gives no usage to this device',
}

export const homePair: Command = {
  name: 'home pair',
  summary: 'pair this device with the charger of the home, by the code on its display',
  usage: 'interlock home pair --at URL --station EUI --code CODE --device DIR',
  example:
    'interlock home pair --at https://192.168.1.20:8443 --station 02-00-00-01-00-00-00-01 --code 482913 --device phone',
  flags: {
    ...flags,
    station: { kind: 'text', value: 'EUI', help: 'the charger, as 02-00-00-00-00-00-00-01' },
    code: {
      kind: 'text',
      value: 'CODE',
      help: 'what the charger shows once its button is pressed',
    },
  },
  async run({ flags: given, print }) {
    const { address, device } = accessIn(given)
    const station = parseEui64(textOf(given, 'station') ?? '')
    if (station === undefined) throw new UsageError('which charger? --station EUI')
    const code = textOf(given, 'code')
    if (code === undefined) throw new UsageError('which code does it show? --code CODE')
    const { ensureDir, ownKey, writeAtomic } = await import('@interlock/host')
    const { pairAtHome } = await import('@interlock/station')
    const { toBase64 } = await import('@interlock/kernel')
    ensureDir(device)
    const key = ownKey(`${device}/key.pem`)
    const known = await pairAtHome(address, { station, code, key })
    if (!known.ok) return refused(print, known)
    const [door, meter] = [known.value.door, known.value.meter].map(toBase64)
    writeAtomic(`${device}/charger.json`, `${JSON.stringify({ station, door, meter })}\n`, 0o600)
    writeAtomic(`${device}/meter.b64`, `${meter}\n`, 0o644)
    print({ ok: true, station, door, meter }, `paired with ${station}`)
    return exits.done
  },
}

export const homeUsage: Command = {
  name: 'home usage',
  summary: 'what the charger has used, from the charger itself; it may be cut off from everybody',
  usage: 'interlock home usage --at URL --device DIR [--format F] [--from DATE] [--until DATE]',
  example:
    'interlock home usage --at https://192.168.1.20:8443 --device phone --format csv --from 2026-01-01 --until 2026-02-01',
  flags: {
    ...flags,
    format: {
      kind: 'text',
      choices: formats,
      help: 'csv unless given; records: as the meter signed them',
    },
    from: { kind: 'date', value: 'DATE', help: 'first day (UTC); 31 days before the end' },
    until: { kind: 'date', value: 'DATE', help: 'the day after the last; until now unless given' },
  },
  async run({ flags: given, print }) {
    const { address, device } = accessIn(given)
    const { ownKey } = await import('@interlock/host')
    const { readUsageAtHome } = await import('@interlock/station')
    const home = await chargerOf(device)
    const { fromBase64 } = await import('@interlock/kernel')
    const [door, meter] = [home.door, home.meter].map(fromBase64)
    if (door === undefined || meter === undefined) throw new UsageError(`${device}: pair it again`)
    const now = Date.now()
    const until = Number(given['until'] ?? now)
    const from = Number(given['from'] ?? until - 31 * dayMillis)
    const format = (textOf(given, 'format') ?? 'csv') as HomeUsageFormat
    const paired = { station: home.station, door, meter }
    const key = ownKey(`${device}/key.pem`)
    const usage = await readUsageAtHome(address, paired, key, { format, from, until }, now)
    if (!usage.ok) return refused(print, usage)
    print({ ok: true, format, usage: usage.value }, usage.value.trimEnd())
    return exits.done
  },
}

export const homeOpenData: Command = {
  name: 'home open-data',
  summary: 'let this home count in what the operator publishes, or withdraw that for good',
  usage: 'interlock home open-data --at URL --trust FILE --device DIR --choice agree|withdraw',
  example:
    'interlock home open-data --at https://csms.example:8450 --trust root.pem --device phone --choice agree',
  flags: {
    ...flags,
    at: { kind: 'text', value: 'URL', help: 'where the operator publishes: https://…' },
    trust: { kind: 'text', value: 'FILE', help: 'PEM root of the charging side' },
    choice: { kind: 'text', choices: ['agree', 'withdraw'], help: 'withdrawn is for good' },
  },
  async run({ flags: given, print }) {
    const { address, device } = accessIn(given)
    const [trust, choice] = ['trust', 'choice'].map((name) => textOf(given, name))
    if (trust === undefined || choice === undefined)
      throw new UsageError('--trust FILE --choice agree|withdraw are needed')
    const { httpClient, nodeCrypto, ownKey, readText } = await import('@interlock/host')
    const { toBase64, unobserved } = await import('@interlock/kernel')
    const { openDataDoors } = await import('@interlock/contract')
    const { openDataStatement } = await import('@interlock/seal')
    const { answered } = await import('../stations/at-desk.ts')
    const { station } = await chargerOf(device)
    const roots = [readText(trust)]
    const http = httpClient({ trust: { roots }, activity: unobserved, expectRole: 'csms' })
    try {
      const told = answered(await http.request('GET', `${address}${openDataDoors.rows}?limit=1`))
      if (!told.ok) return refused(print, told)
      const publisher = parseEui64(String((told.value as { publisher?: unknown }).publisher))
      if (publisher === undefined) throw new UsageError('--at: nobody publishes open data there')
      const agrees = choice === 'agree'
      const key = ownKey(`${device}/key.pem`)
      const at = Date.now()
      const signed = nodeCrypto.sign(key, openDataStatement(station, publisher, agrees, at))
      const [by, signature] = [key.publicKey.spki, signed].map(toBase64)
      const word = { station, agrees, by, signature, at }
      const said = answered(await http.request('POST', `${address}${openDataDoors.choices}`, word))
      if (!said.ok) return refused(print, said)
      print({ ok: true, station, publisher, agrees }, agrees ? 'agreed' : 'withdrawn, for good')
      return exits.done
    } finally {
      await http.close()
    }
  },
}

const refused = (
  print: Parameters<typeof refuse>[0],
  { reason, detail }: Extract<Outcome<unknown, string>, { readonly ok: false }>,
): number => refuse(print, reason, refusals[reason] ?? reason, detail)

function accessIn(given: FlagValues): { readonly address: string; readonly device: string } {
  const [at, device] = ['at', 'device'].map((name) => textOf(given, name))
  if (at === undefined || device === undefined)
    throw new UsageError('--at URL --device DIR are needed')
  if (!URL.canParse(at) || !at.startsWith('https:'))
    throw new UsageError('--at: an address as https://charger.home:8443')
  return { address: at.replace(/\/+$/, ''), device }
}
