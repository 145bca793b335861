import { assert, concat, readU64, toIso, u64, type Eui64, type Instant } from '@interlock/kernel'
import { dateTimeField, invocationField, targetBytes, targetWords, type Target } from './access.ts'
import { isRepresentable } from './date-time.ts'
import { constant, type Field, type Layout } from './layout.ts'
import { activationsOf, useCaseOf, useCases, type UseCase } from './use-cases.ts'

/**
 * What a device says once something that was future-dated has come into force: one alert for each object
 * that had a date. It goes to whoever sent the command.
 */
export type ExecutionAlert = {
  readonly code: 'FutureDated'
  readonly device: Eui64
  readonly recipient: Eui64
  /** The device's own counter, rising with every alert. */
  readonly counter: bigint
} & Executed

type Executed = {
  readonly useCase: UseCase
  /** Of the command, whose originator is the recipient. */
  readonly commandCounter: bigint
  /** The name of what came into force: one that {@link activationsOf} the use case has. */
  readonly object: string
  readonly at: Instant
}

export const executionAlertCode = 0x00cc
/** That what was future-dated was carried out, in hexadecimal: the only such code that is written here. */
export const carriedOutCode = '8F66'
const carriedOut = [0x8f, 0x66] as const

export const isExecuted = ({ useCase, object, at }: Executed): boolean =>
  isRepresentable(at) && activationsOf(useCase).some(({ name }) => name === object)

const objectBytes = 9
/** The address of an attribute, without the service that asks for it. */
const addressOf = (target: Target): Uint8Array => targetBytes(target).subarray(1)
const targetOf = ({ useCase, object }: Executed): Target | undefined =>
  activationsOf(useCase).find(({ name }) => name === object)?.target

const named: Field<Executed> = {
  name: 'command and object',
  bytes: 2 + 8 + objectBytes,
  write(alert) {
    const target = targetOf(alert)
    assert(target !== undefined, 'an object that the command sets at a date')
    const { code } = useCases[alert.useCase]
    return concat(
      Uint8Array.of(code >> 8, code & 0xff),
      u64(alert.commandCounter),
      addressOf(target),
    )
  },
  read(bytes) {
    const [high = 0, low = 0] = bytes
    const useCase = useCaseOf((high << 8) | low)
    if (useCase === undefined) return undefined
    const address = bytes.subarray(-objectBytes)
    const found = activationsOf(useCase).find(({ target }) =>
      addressOf(target).every((byte, at) => byte === address[at]),
    )
    return found && { useCase, commandCounter: readU64(bytes, 2), object: found.name }
  },
  say(alert) {
    const target = targetOf(alert)
    const address = target === undefined ? '' : `, ${targetWords(target)}`
    return `command ${alert.commandCounter} (${alert.useCase}), ${alert.object}${address}`
  },
}

/** A data-notification of a structure of three: what became of it, when, and what it was. */
export const executionAlertLayout: Layout<Executed> = [
  constant('data notification', 0x0f, 0x20),
  invocationField,
  constant('date-time of the notification', 0),
  { ...constant('structure', 0x02, 0x03), say: () => 'of three' },
  { ...constant('alert code', 0x12, ...carriedOut), say: () => '8f66, carried out at its date' },
  dateTimeField('date of execution', 'at'),
  constant('octet string', 0x09, 2 + 8 + objectBytes),
  named,
]

/** The alerts that what a command set with a date has come into force, but for who says so and their numbers. */
export const executionsOf = (
  command: { readonly useCase: UseCase; readonly originator: Eui64; readonly counter: bigint },
  at: Instant,
): readonly Omit<ExecutionAlert, 'device' | 'counter'>[] =>
  activationsOf(command.useCase).map(({ name: object }) => ({
    code: 'FutureDated',
    recipient: command.originator,
    useCase: command.useCase,
    commandCounter: command.counter,
    object,
    at,
  }))

/** The alert in one sentence. */
export const executionWords = ({ useCase, commandCounter, object, at }: Executed): string =>
  `${object} of command ${commandCounter} (${useCases[useCase].title}) came into force at ${toIso(at)}`
