import { inHours, type Clock, type Timer } from '@interlock/kernel'

/** Forgets now what is too old, and again each day: where the disk is full today, tomorrow. */
export function forgetDaily(
  clock: Clock,
  label: string,
  forget: () => void,
): { readonly close: () => void } {
  let timer: Timer
  const wait = (): void => {
    timer = clock.after(inHours(24), label, () => {
      wait()
      forget()
    })
  }
  forget()
  wait()
  return { close: () => timer.cancel() }
}
