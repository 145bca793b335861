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
      help: 'public key (hex or base64) for records that come without one',
    },
  },
  run: async ({ flags, operands, print }) => {
    if (operands.length === 0) throw new UsageError('which file?')
    const { readText, verifyEcdsa } = await import('@interlock/host')
    const { ocmfProblems, readSignedValues, verifyRecord } = await import('@interlock/ocmf')
    const given = flags['key'] === undefined ? undefined : readText(String(flags['key'])).trim()
    const cases = []
    const words = []
    for (const file of operands) {
      const values = readSignedValues(readText(file))
      const found = values.ok
        ? values.value.map(({ record, publicKey }) =>
            verifyRecord(record, publicKey ?? given, verifyEcdsa),
          )
        : [values]
      for (const [index, outcome] of found.entries()) {
        const where = `${file}, record ${index + 1}`
        if (outcome.ok) {
          const { PG, RD } = outcome.value.payload
          cases.push({ file, index, verified: true, reason: null })
          words.push(`${where}: page ${PG}, ${RD.length} readings: verifies`)
        } else {
          const { reason, detail } = outcome
          cases.push({ file, index, verified: false, reason, ...(detail && { detail }) })
          words.push(`${where}: ${reason}: ${ocmfProblems[reason]}${detail ? ` (${detail})` : ''}`)
        }
      }
    }
    const verified = cases.filter((each) => each.verified).length
    const refused = cases.length - verified
    words.push(`${cases.length} records: ${verified} verify, ${refused} do not`)
    print({ records: cases.length, verified, refused, cases }, words.join('\n'))
    return refused === 0 ? exits.done : exits.failed
  },
}
