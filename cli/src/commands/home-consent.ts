import { instant, parseEui64 } from '@interlock/kernel'
import type { ConsentWish } from '@interlock/privacy'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'
import { readInput } from '../input.ts'
import { refuse, refuseAsTold } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'
import { chargerOf } from './paired-charger.ts'

/*
 * Two people, each with one key: the owner signs at home and speaks with no server; whoever has a
 * certificate of the charging side, as the operator of the charger, carries, and can sign nothing.
 */

export const carrierFlags = serverFlags({
  at: 'the key server: https://…',
  identity: 'key and chain of who carries: a CSMS, or a server of role web',
})
const purposes = [
  'monthly',
  'daily',
  'halfHourly',
  'dsr',
] as const satisfies readonly ConsentWish['purpose'][]

/** What the key server says no by, in words. */
export const consentWords: Readonly<Record<string, string>> = {
  NotPermitted:
    'this organisation was granted nothing about that charger at the key server: the operator of the charger was, or have it granted',
  NotFound: 'the key server knows no owner of that charger (see owner add)',
  StationUnknown: 'the key server knows no owner of that charger (see owner add)',
  ConsentMalformed: 'that is no consent as an owner’s device signs it',
  ConsentForged: 'no owner of that charger has signed this, or it was changed since',
  ConsentOutOfOrder:
    'it was brought before, or another came first; ask for the next place and sign anew',
  ConsentFromFuture: 'the clock of the owner’s device is ahead',
  ConsentEndsBefore: 'it has ended already',
  QuestionOver: 'the question is older than ten minutes; ask anew',
  ConsentUnchanged: 'that is so already',
  LedgerFull: 'as much is agreed to for that charger as one may agree to',
}

export const homeConsentNext: Command = {
  name: 'home consent next',
  summary: 'ask the key server which place an owner’s next consent takes, for the owner to sign',
  usage: `interlock home consent next --station EUI ${serverAccess}`,
  example:
    'interlock home consent next --station 02-00-00-01-00-00-00-01 --at https://keys.example:8444 --identity csms --trust root.pem',
  flags: {
    ...carrierFlags,
    station: { kind: 'text', value: 'EUI', help: 'the charger, as 02-00-00-01-00-00-00-01' },
  },
  async run({ flags: given, print }) {
    const station = parseEui64(textOf(given, 'station') ?? '')
    if (station === undefined) throw new UsageError('which charger? --station EUI')
    const answer = await atServer(
      given,
      async (http, base) => answered(await http.request('GET', `${base}/consents/${station}`)),
      'keyserver',
    )
    if (!answer.ok) return refuseAsTold(print, answer, consentWords)
    const { readNextConsent } = await import('@interlock/privacy')
    const next = readNextConsent({ ...(answer.value as object | undefined), station })
    if (!next.ok) return refuse(print, next.reason, 'the key server tells no place', next.detail)
    // A file for the owner in either form.
    print(next.value, JSON.stringify(next.value))
    return exits.done
  },
}

const signing = (name: 'give' | 'withdraw', given: boolean, summary: string): Command => {
  const until: FlagSpecs = {
    until: {
      kind: 'date',
      value: 'DATE',
      help: 'when it ends by itself (UTC); only by withdrawal unless given',
    },
  }
  return {
    name: `home consent ${name}`,
    summary,
    usage: `interlock home consent ${name} --device DIR --next FILE --reader EUI --purpose P ${given ? '[--until DATE] ' : ''}--out FILE`,
    example: `interlock home consent ${name} --device phone --next next.json --reader 02-00-00-00-00-00-00-05 --purpose halfHourly --out consent.json`,
    flags: {
      device: {
        kind: 'text',
        value: 'DIR',
        help: 'folder of a device that has paired with the charger',
      },
      next: { kind: 'text', value: 'FILE', help: 'what home consent next has printed' },
      reader: { kind: 'text', value: 'EUI', help: 'the organisation that reads' },
      purpose: { kind: 'text', choices: [...purposes], help: 'no purpose stands for another' },
      ...(given && until),
      out: {
        kind: 'text',
        value: 'FILE',
        help: 'where the signed consent goes, for who carries it',
      },
    },
    async run({ flags, print }) {
      const [device, nextFile, out] = ['device', 'next', 'out'].map((each) => textOf(flags, each))
      if (device === undefined || nextFile === undefined || out === undefined)
        throw new UsageError('--device DIR --next FILE --out FILE are needed')
      const wish = wishIn(flags, given)
      const { nodeCrypto, ownKey, readText, systemClock, writeAtomic } =
        await import('@interlock/host')
      const { parseJson } = await import('@interlock/kernel')
      const { readNextConsent, signNextConsent } = await import('@interlock/privacy')
      const json = parseJson(readText(nextFile), 2)
      const next = json.ok ? readNextConsent(json.value) : json
      if (!next.ok) throw new UsageError(`${nextFile}: not what home consent next prints`)
      const { station } = await chargerOf(device)
      if (next.value.station !== station)
        throw new UsageError(
          `${nextFile}: of ${next.value.station}; this device has paired with ${station}`,
        )
      const now = systemClock.now()
      if (wish.until !== undefined && wish.until <= now)
        throw new UsageError('--until: that is over')
      const signed = signNextConsent(next.value, wish, now, ownKey(`${device}/key.pem`), nodeCrypto)
      writeAtomic(out, `${JSON.stringify(signed)}\n`, 0o644)
      const said = given ? 'may read from here on' : 'may read no more'
      print(
        { ok: true, statement: signed.statement },
        `${out}: once it is brought, ${wish.reader} ${said} (${wish.purpose})`,
      )
      return exits.done
    },
  }
}
export const homeConsentGive = signing(
  'give',
  true,
  'sign, as an owner, that a reader may have what a charger uses, for one purpose',
)
export const homeConsentWithdraw = signing(
  'withdraw',
  false,
  'sign, as an owner, that a reader may no longer have it',
)

export const homeConsentBring: Command = {
  name: 'home consent bring',
  summary: 'bring the key server what an owner has signed; a withdrawal has its effect at once',
  usage: `interlock home consent bring FILE ${serverAccess}`,
  example:
    'interlock home consent bring consent.json --at https://keys.example:8444 --identity csms --trust root.pem',
  operands: 'FILE',
  flags: carrierFlags,
  async run({ flags: given, operands, print }) {
    const { readConsent } = await import('@interlock/privacy')
    const read = readConsent((await readInput(operands)).trim())
    if (!read.ok) return refuseAsTold(print, read, consentWords)
    const { station, number, reader, purpose, given: isGiven } = read.value.statement
    const answer = await atServer(
      given,
      async (http, base) => answered(await http.request('POST', `${base}/consents`, read.value)),
      'keyserver',
    )
    if (!answer.ok) return refuseAsTold(print, answer, consentWords)
    const said = isGiven ? 'may read' : 'may read no more'
    print(
      { ok: true, statement: read.value.statement },
      `${station}, ${number}: ${reader} ${said} (${purpose})`,
    )
    return exits.done
  },
}

/** @throws UsageError */
function wishIn(flags: FlagValues, given: boolean): ConsentWish {
  const reader = parseEui64(textOf(flags, 'reader') ?? '')
  if (reader === undefined) throw new UsageError('who reads? --reader EUI')
  const purpose = purposes.find((each) => each === flags['purpose'])
  if (purpose === undefined) throw new UsageError(`what for? --purpose ${purposes.join('|')}`)
  const until = flags['until']
  return { reader, purpose, given, ...(typeof until === 'number' && { until: instant(until) }) }
}
