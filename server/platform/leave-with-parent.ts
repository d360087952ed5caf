/**
 * Imported first by every entry that a supervisor starts: when the supervisor is gone, even by `kill -9`, its channel closes and this
 * process asks itself to stop; if the clean stop takes too long it leaves all the same. Nothing happens in processes started by hand.
 */
const GRACE_MS = 12_000

if (process.connected) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), GRACE_MS).unref()
  })
}

export {}
