import { Fault } from '@interlock/kernel'

/** What a handler throws of content that it refuses for good: it is put aside at once, and reading goes on. */
export const messageUnfit = (why: string): Fault => new Fault('MessageUnfit', why)
