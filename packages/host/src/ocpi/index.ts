export * from './ask.ts'
export * from './doors.ts'
export * from './parties.ts'
