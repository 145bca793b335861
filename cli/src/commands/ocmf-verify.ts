import type { Keyed } from '@interlock/ocmf'
import { exits, UsageError, type Command } from '../command.ts'

export const ocmfVerify: Command = {
  name: 'ocmf verify',
  summary: 'check signed meter records of any maker, offline',
  usage: 'interlock ocmf verify FILE… [--key FILE]',
  example: 'interlock ocmf verify record.txt --key key.b64',
  operands: 'FILE…',
  flags: {
    key: {
      kind: 'text',
      value: 'FILE',
      help: 'the meter’s public key (hex or base64): it decides, whatever key a file brings',
    },
  },
  run: async ({ flags, operands, print }) => {
    if (operands.length === 0) throw new UsageError('which file?')
    const { readText, verifyEcdsa } = await import('@interlock/host')
    const ocmf = await import('@interlock/ocmf')
    const given = flags['key'] === undefined ? undefined : readText(String(flags['key'])).trim()
    const cases = []
    const words = []
    const good: (Keyed & { readonly file: string; readonly index: number })[] = []
    for (const file of operands) {
      const values = ocmf.readSignedValues(readText(file))
      const found = values.ok
        ? values.value.map(({ record, publicKey: beside }) => ({
            key: given ?? beside ?? '',
            outcome: ocmf.verifyByGiven(record, given, beside, verifyEcdsa),
          }))
        : [{ key: '', outcome: values }]
      for (const [index, { key, outcome }] of found.entries()) {
        const where = `${file}, record ${index + 1}`
        if (outcome.ok) {
          const { payload } = outcome.value
          const faults = ocmf.faultsIn(payload)
          const isGood = faults.length === 0
          cases.push({ file, index, verified: true, reason: null, ...(!isGood && { faults }) })
          const readings = `page ${payload.PG}, ${payload.RD.length} readings`
          const but = isGood ? '' : `, but proves nothing to bill by: ${faults.join('; ')}`
          words.push(`${where}: ${readings}: verifies${but}`)
          const name = ocmf.keyIn(key, outcome.value) ?? key
          good.push({ file, index, record: outcome.value, key: name })
        } else {
          const { reason, detail } = outcome
          cases.push({ file, index, verified: false, reason, ...(detail && { detail }) })
          const problem = ocmf.ocmfProblems[reason]
          words.push(`${where}: ${reason}: ${problem}${detail ? ` (${detail})` : ''}`)
        }
      }
    }
    const sequence = ocmf.sequenceFindings(good).map(({ problem, detail, index: at }) => {
      const { file = '', index = 0 } = good[at] ?? {}
      const sentence = `${problem}: ${ocmf.sequenceProblems[problem]} (${detail})`
      words.push(`${file}, record ${index + 1}: ${sentence}`)
      return { file, index, problem, detail }
    })
    const verified = cases.filter((each) => each.verified).length
    const refused = cases.length - verified
    words.push(
      `${cases.length} records: ${verified} verify, ${refused} do not; ` +
        `${sequence.length} findings between the records of one meter`,
    )
    print({ records: cases.length, verified, refused, cases, sequence }, words.join('\n'))
    return refused + sequence.length === 0 ? exits.done : exits.failed
  },
}
