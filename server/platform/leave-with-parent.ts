/**
 * Imported first by every entry that a supervisor starts. When the supervisor is gone, even by `kill -9`, the channel closes and this
 * process requests its own stop; if the clean stop takes too long, it exits. Does nothing in processes started by hand.
 */
const GRACE_MS = 12_000

if (process.connected) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), GRACE_MS).unref()
  })
}

export {}
