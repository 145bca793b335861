import { exits, UsageError, type Command } from '../command.ts'
import { readInput } from '../input.ts'

/** PF23, PF24, SF9: whoever bills a guest's charge believes neither the operator nor the charger, but the owner. */
export const guestVerify: Command = {
  name: 'guest verify',
  summary: 'check that an owner has allowed the guests that a CSMS tells of, offline',
  usage: 'interlock guest verify FILE --station EUI64 --owner FILE',
  example: 'interlock guest verify guests.json --station 70-B3-D5-00-00-00-00-01 --owner owner.key',
  operands: 'FILE',
  flags: {
    station: { kind: 'text', value: 'EUI64', help: 'the charger, as its certificate names it' },
    owner: {
      kind: 'text',
      value: 'FILE',
      help: 'the owner’s keys as the owner gave them: SPKI in base64, one a line',
    },
  },
  run: async ({ flags, operands, print }) => {
    const { parseEui64, parseJson, toIso, instant } = await import('@interlock/kernel')
    const station = parseEui64(String(flags['station'] ?? ''))
    if (station === undefined) throw new UsageError('which station? --station 70-B3-…')
    if (flags['owner'] === undefined) throw new UsageError('whose word? --owner FILE')
    const { nodeCrypto, readText } = await import('@interlock/host')
    const { readGuests } = await import('@interlock/contract')
    const { guestRefusals, openGuest } = await import('@interlock/driver')
    const owners = readText(String(flags['owner'])).split(/\s+/).filter(Boolean)
    const json = parseJson(await readInput(operands), jsonDepthMax)
    const guests = json.ok ? readGuests(json.value) : undefined
    if (guests === undefined)
      throw new UsageError('not what a CSMS answers of guests, or an owner’s word about one')
    const cases = guests.map((said) => {
      const opened = openGuest(said, owners, station, nodeCrypto)
      const { uid, name, wattHours, until, payer } = said.guest
      const reason = opened.ok ? null : opened.reason
      return { uid, name, wattHours, until: toIso(instant(until)), payer, reason }
    })
    const refused = cases.filter(({ reason }) => reason !== null).length
    const verified = cases.length - refused
    const words = cases.map(({ uid, name, wattHours, until, payer, reason }) => {
      if (reason !== null) return `${uid} (${name}): ${reason}: ${guestRefusals[reason]}`
      const by = payer === null ? 'the owner pays' : `${payer.issuer} ${payer.contractId} pays`
      return `${uid} (${name}): the owner has allowed ${wattHours} Wh until ${until}; ${by}`
    })
    words.push(`${cases.length} guests: ${verified} by the owner's word, ${refused} not`)
    print({ guests: cases.length, verified, refused, cases }, words.join('\n'))
    return refused === 0 ? exits.done : exits.failed
  },
}

const jsonDepthMax = 8
