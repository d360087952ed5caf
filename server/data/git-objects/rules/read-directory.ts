import { AppError } from '#server/kernel/errors.ts'

const MD5 = /^[0-9a-f]{32}$/

/** Returns the distinct MD5s of the files that a `.dir` object lists. Throws `bad_request` for another format. */
export function readDirectory(text: string): string[] {
  const bad = (why: string) =>
    new AppError('bad_request', `This is not a list of files of a DVC directory: ${why}.`, {
      hint: 'Run `dvc push` again with DVC’s own client.',
    })
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw bad('it is not JSON')
  }
  if (!Array.isArray(list)) throw bad('it is not a JSON array')
  const md5s = new Set<string>()
  for (const [i, entry] of list.entries()) {
    const { md5, relpath } = (entry ?? {}) as { md5?: unknown; relpath?: unknown }
    if (typeof md5 !== 'string' || !MD5.test(md5)) throw bad(`entry ${i + 1} has no MD5`)
    if (typeof relpath !== 'string' || relpath === '') throw bad(`entry ${i + 1} has no path`)
    md5s.add(md5)
  }
  return [...md5s]
}
