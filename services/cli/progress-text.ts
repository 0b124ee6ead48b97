/** Progress of work in the background, as one line in place on a terminal and now and then a line of its own elsewhere. */
import type { Progress as Shown } from '../dataset/progress.ts'
import type { Language } from '../kernel/text.ts'

const steps: Readonly<Record<Language, Readonly<Record<Shown['step'], string>>>> = {
  fr: {
    queued: 'en attente',
    waiting: 'attend de la place sur le disque',
    read: 'lecture',
    relate: 'liens entre tables',
    measure: 'mesure de la qualité',
    write: 'écriture',
    publish: 'publication',
    seal: 'préparation de l’extrait',
  },
  en: {
    queued: 'waiting',
    waiting: 'waiting for room on the disk',
    read: 'reading',
    relate: 'links between tables',
    measure: 'measuring quality',
    write: 'writing',
    publish: 'publishing',
    seal: 'preparing the extract',
  },
}

const words = {
  fr: { rows: 'lignes', megabytes: 'Mo', left: 'reste' },
  en: { rows: 'rows', megabytes: 'MB', left: 'left' },
} as const

/** `lecture sejours · 1 250 000 lignes · 120/340 Mo · reste 1 min 05 s`. */
export function progressText(shown: Shown, language: Language): string {
  const { step, table, rows = 0, bytes, total, secondsLeft } = shown
  const number = new Intl.NumberFormat(language)
  const say = words[language]
  const named = steps[language][step]
  const parts = [table === undefined ? named : `${named} ${table}`]
  if (rows > 0) parts.push(`${number.format(rows)} ${say.rows}`)
  if (bytes !== undefined && total !== undefined && total >= 1e6) {
    parts.push(`${megabytes(bytes, number)}/${megabytes(total, number)} ${say.megabytes}`)
  }
  if (secondsLeft !== undefined) parts.push(`${say.left} ${timeText(secondsLeft)}`)
  return parts.join(' · ')
}

function megabytes(bytes: number, number: Intl.NumberFormat): string {
  return number.format(Math.floor(bytes / 1e6))
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return minutes < 60
    ? `${minutes} min ${String(rest).padStart(2, '0')} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export interface ProgressLine {
  show(shown: Shown): void
  end(): void
}

/** What is over sooner says nothing where there is no terminal. */
const quietMs = 2000
const everyMs = 5000

export function openProgressLine(where: {
  readonly stream: NodeJS.WritableStream
  readonly isTerminal: boolean
  readonly language: Language
  readonly now?: () => number
}): ProgressLine {
  const { stream, isTerminal, language, now = () => performance.now() } = where
  let next = now() + quietMs
  return {
    show(shown) {
      const text = progressText(shown, language)
      if (isTerminal) stream.write(`\r\u001B[K${text}`)
      else if (now() >= next) {
        next = now() + everyMs
        stream.write(`${text}\n`)
      }
    },
    end() {
      if (isTerminal) stream.write('\r\u001B[K')
    },
  }
}
