import { runCommandLine } from './commands/run.ts'

process.stdout.on('error', error => {
  // The reader of the pipe has ended (`| head`), so there is nothing left to print.
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
})
