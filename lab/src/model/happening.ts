import type { Part } from './scenario.ts'
import type { Word } from './words.ts'

/** One thing that happens in a history. */
export type Happening = (
  | { readonly do: 'submit'; readonly arm: string }
  | { readonly do: 'replay'; readonly arm: string }
  | { readonly do: 'arrive'; readonly parcel: string }
  | { readonly do: 'trigger'; readonly name: string }
  | { readonly do: 'say'; readonly word: Word }
  | { readonly do: 'tick'; readonly millis: number }
  | { readonly do: 'fail' | 'return'; readonly part: Part }
  | { readonly do: 'cut' }
  | { readonly do: 'press'; readonly button: 'start' | 'stop' }
  | { readonly do: 'sample'; readonly at: 'llcs' | 'station'; readonly hertz: number }
) & {
  /** A device dies in the middle of it, after so many writes to its disk. */
  readonly dies?: { readonly device: 'llcs' | 'station'; readonly after: number }
}

const names: Record<Part, string> = {
  station: 'the charger',
  llcs: 'the LLCS',
  company: 'the data company',
  hub: 'the hub',
  csms: 'the CSMS',
}

/** The same in words. */
export function inWords(happening: Happening): string {
  const { dies } = happening
  const sentence = sentenceOf(happening)
  return dies === undefined
    ? sentence
    : `${sentence}; ${names[dies.device]} dies in it, after write ${dies.after}`
}

function sentenceOf(happening: Happening): string {
  switch (happening.do) {
    case 'submit':
      return `arm "${happening.arm}" is signed and handed to the data company`
    case 'replay':
      return `the frame of arm "${happening.arm}" is sent over the hub once more`
    case 'arrive':
      return `"${happening.parcel}" arrives`
    case 'trigger':
      return `trigger "${happening.name}" is signed and sent to the charger`
    case 'say':
      return `the ${happening.word} is signed and sent`
    case 'tick':
      return `${happening.millis / 1000} s pass`
    case 'fail':
      return `${names[happening.part]} goes down`
    case 'return':
      return `${names[happening.part]} is up again`
    case 'cut':
      return 'the cable between LLCS and charger is cut for a moment'
    case 'press':
      return `somebody at the charger presses ${happening.button}`
    case 'sample':
      return `${names[happening.at]} reads ${happening.hertz} Hz`
  }
}
