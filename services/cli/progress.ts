/** A bar on a terminal, and nothing anywhere else. */
export interface Progress {
  update(done: number, total: number): void
  end(): void
}

const width = 28
const everyMs = 100

export function openProgress(
  label: string,
  { stream, isTerminal }: { stream: NodeJS.WritableStream; isTerminal: boolean },
): Progress {
  if (!isTerminal) return { update: () => {}, end: () => {} }
  let shownAt = 0
  return {
    update(done, total) {
      const now = performance.now()
      if (now - shownAt < everyMs && done < total) return
      shownAt = now
      const share = total === 0 ? 1 : done / total
      const full = Math.round(share * width)
      stream.write(`\r${label} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${Math.floor(share * 100)} %`)
    },
    end: () => void stream.write('\r\u001B[K'),
  }
}
