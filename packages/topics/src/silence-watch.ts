import { parseTopic, sealedTopic, type Topic } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { inSeconds, millis, type Timer } from '@interlock/kernel'
import { isSilent } from '@interlock/seal'
import type { Progress } from './progress.ts'
import type { Finding } from './receive.ts'

const silenceSeconds = 5

/**
 * Tells of each author that has been silent for longer than its topic allows, once until it speaks. Who is held up
 * hears nobody, and then has what waited to catch up with: it looks at the authors anew a look later.
 * @param isWaiting whether something of that topic waits to be judged
 */
export function watchSilence(
  progress: Progress,
  isHeld: () => boolean,
  isWaiting: (topic: Topic) => boolean,
  onFinding: (finding: Finding) => void,
  { wall }: Pick<ActorDeps, 'wall'>,
): Timer {
  const told = new Map<string, number>()
  let timer: Timer
  let wasHeld = false
  const look = (): void => {
    const isDeaf = wasHeld || isHeld()
    wasHeld = isHeld()
    if (!isDeaf) tellSilent()
    again()
  }
  function tellSilent(): void {
    for (const [name, followed] of progress.all) {
      const [topicText = '', author = ''] = name.split(' ')
      const topic = parseTopic(topicText)
      const silence = topic && sealedTopic(topic.kind)?.silenceMillis
      if (topic === undefined || silence === undefined || isWaiting(topic)) continue
      if (!isSilent(followed, millis(silence), wall.now())) continue
      if (told.get(name) === followed.last) continue
      told.set(name, followed.last)
      onFinding({ reason: 'SealSilent', topic, author, detail: `since ${followed.saidAt}` })
    }
  }
  const again = (): void => {
    timer = wall.after(inSeconds(silenceSeconds), 'silence', look)
  }
  again()
  return { cancel: () => timer.cancel() }
}
