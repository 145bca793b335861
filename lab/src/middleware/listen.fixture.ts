import type { Topic } from '@interlock/contract'
import { openProgress, type Received } from '@interlock/topics'
import type { Party } from './middleware.ts'

export const topicOf = (kind: Topic['kind'], id: string): Topic => ({
  region: 'eastern',
  feeder: 'f1',
  kind,
  id,
})

/** What a party takes of a kind, of what is kept and from then on. */
export function listen(
  { exchange }: Party,
  kind: Topic['kind'],
  wants: (topic: Topic) => boolean = () => true,
): Received[] {
  const taken: Received[] = []
  exchange.read({
    selection: { kind },
    begins: 'first',
    wants,
    progress: openProgress(),
    handle: (received) => Promise.resolve(void taken.push(received)),
  })
  return taken
}
