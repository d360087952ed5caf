export * from '#server/kernel/format.ts'
