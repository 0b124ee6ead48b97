import { readFile } from 'node:fs/promises'

const EVERY_MS = 100

/**
 * Watches the resident size of a process from outside, ten times a second, where /proc exists; calls `onExceeded` once
 * when it is above the limit. Returns the function that ends the watch.
 */
export function watchMemory(pid: number | undefined, limitBytes: number, onExceeded: () => void): () => void {
  if (pid === undefined) return () => {}
  let watching = true
  const timer = setInterval(() => {
    void residentBytes(pid).then((resident) => {
      if (!watching || resident === undefined || resident <= limitBytes) return
      stop()
      onExceeded()
    })
  }, EVERY_MS)
  timer.unref()
  const stop = () => {
    watching = false
    clearInterval(timer)
  }
  return stop
}

async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    // No /proc, or the process is gone.
    return undefined
  }
}
