/** How many of something each client has at once. */
export function countPerClient(max: number) {
  const counts = new Map<string, number>()
  return {
    /** How to give it back; `undefined` when the client has as many as it may. */
    begin(client: string): (() => void) | undefined {
      const count = counts.get(client) ?? 0
      if (count >= max) return undefined
      counts.set(client, count + 1)
      return () => {
        const left = (counts.get(client) ?? 1) - 1
        if (left > 0) counts.set(client, left)
        else counts.delete(client)
      }
    },
  }
}
