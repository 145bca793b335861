import { exits, UsageError, type Command } from '../command.ts'
import { texts } from '../flags.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'check audit files, offline',
  usage: 'interlock audit verify FILE… [--roots FILE]… [--witness FILE]…',
  example: 'interlock audit verify street/csms/audit.jsonl',
  operands: 'FILE…',
  flags: {
    roots: {
      kind: 'texts',
      value: 'FILE',
      help: 'trust anchor (PEM) that signers must have; may be repeated',
    },
    witness: {
      kind: 'texts',
      value: 'FILE',
      help: 'statements of a witness (from the witness, or kept beside the file); may be repeated',
    },
  },
  run: async ({ flags, operands, print }) => {
    if (operands.length === 0) throw new UsageError('which file?')
    const { readText, readWitness, verifyAuditFile } = await import('@interlock/host')
    const { auditProblems } = await import('@interlock/ledger')
    const roots = texts(flags, 'roots').map(readText)
    const witnesses = texts(flags, 'witness')
    const statements = witnesses.flatMap((path) =>
      readWitness(path, roots.length > 0 ? roots : undefined),
    )
    const options = {
      ...(witnesses.length > 0 && { statements }),
      ...(roots.length > 0 && { roots }),
    }
    const files = []
    const words = []
    for (const file of operands) {
      const { problem, ...found } = await verifyAuditFile(file, options)
      const { records, checkpoints, witnessed, head, torn } = found
      const verified = problem === undefined
      files.push({
        file,
        verified,
        records,
        checkpoints,
        witnessed,
        head,
        torn,
        ...(problem && { problem }),
      })
      words.push(
        verified
          ? `${file}: ${records} records and ${checkpoints} checkpoints verify${witnessed > 0 ? `, ${witnessed} of them as they were witnessed` : ''}${torn ? '; a crash cut the last line short' : ''}`
          : `${file}:${problem.line}: ${problem.reason}: ${auditProblems[problem.reason]}`,
      )
    }
    const verified = files.every((each) => each.verified)
    print({ verified, files }, words.join('\n'))
    return verified ? exits.done : exits.failed
  },
}
