import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface TreeMemory {
  /** Of the process and everything below it. */
  residentBytes: number
  /** At least `residentBytes`: what the kernel saw between two looks. */
  peakBytes: number
}

/** Value for `oom_score_adj`: when the machine runs out of memory, Linux kills this process before others. */
const OOM_SCORE = '800'

export function killFirstWhenOutOfMemory(): void {
  if (process.platform !== 'linux') return
  try {
    // Never lower than what the process was started with: that needs privileges.
    if (Number(readFileSync('/proc/self/oom_score_adj', 'utf8')) < Number(OOM_SCORE))
      writeFileSync('/proc/self/oom_score_adj', OOM_SCORE)
  } catch {
    // A sandbox without it; the limit still holds.
  }
}

/** Resident memory of a process and all below it; undefined when it is gone. */
export async function measureTree(pid: number): Promise<TreeMemory | undefined> {
  return process.platform === 'linux' ? measureByProc(pid) : measureByPs(pid)
}

/** Forgets the kernel's peak of a process, so that the next run has its own. Best effort. */
export async function resetPeak(pid: number): Promise<void> {
  if (process.platform === 'linux') await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined)
}

async function measureByProc(root: number): Promise<TreeMemory | undefined> {
  const tree: TreeMemory = { residentBytes: 0, peakBytes: 0 }
  const left = [root]
  for (let pid = left.pop(); pid !== undefined; pid = left.pop()) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
    const resident = kilobytes('VmRSS') * 1024
    if (resident === 0) continue
    tree.residentBytes += resident
    tree.peakBytes += Math.max(resident, kilobytes('VmHWM') * 1024)
    left.push(...(await childrenOf(pid)))
  }
  return tree.residentBytes > 0 ? tree : undefined
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    tasks.map(task => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap(list => list.split(' ').filter(Boolean).map(Number))
}

const run = promisify(execFile)

async function measureByPs(root: number): Promise<TreeMemory | undefined> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=,rss='])
  const rows = stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number) as [number, number, number])
  const tree: TreeMemory = { residentBytes: 0, peakBytes: 0 }
  const left = [root]
  for (let pid = left.pop(); pid !== undefined; pid = left.pop()) {
    const own = rows.find(r => r[0] === pid)
    if (!own) continue
    tree.residentBytes += own[2] * 1024
    left.push(...rows.filter(r => r[1] === pid).map(r => r[0]))
  }
  tree.peakBytes = tree.residentBytes
  return tree.residentBytes > 0 ? tree : undefined
}
