/** The tour as it is told: lines for people, or one JSON document per step. */
import type { Language } from '../../kernel/text.ts'
import type { Out } from '../query.ts'
import type { Announcement, Outcome, Said, Stage, Step } from './step.ts'

interface Announced {
  /** From 1. */
  readonly number: number
  readonly announcement: Announcement
}

interface Played {
  readonly outcome: Outcome
  readonly ms: number
}

export interface Teller {
  begins(stage: Stage): void
  announces(step: Step, announced: Announced): void
  plays(step: Step, played: Played): void
  fails(step: Step, reason: string): void
  /** All steps gave what they must. */
  ends(ms: number): void
}

type Streams = Pick<Out, 'stdout' | 'stderr'>

const numbers = ['①', '②', '③', '④', '⑤', '⑥'] as const
const markOf = (number: number) => numbers[number - 1] ?? String(number)

const words = {
  tour: { fr: 'Visite guidée', en: 'Guided tour' },
  look: { fr: 'à regarder :', en: 'look at:' },
  step: { fr: 'étape', en: 'step' },
  passed: {
    fr: 'Les six étapes ont donné ce qu’elles doivent.',
    en: 'All six steps gave what they must.',
  },
} satisfies Record<string, Said>

/** For a terminal; a failure goes to standard error. */
export function linesTeller({ stdout, stderr }: Streams, language: Language): Teller {
  const line = (text: string) => void stdout.write(`${text}\n`)
  let now = 0
  return {
    begins: ({ url, project }) => line(`${words.tour[language]} · ${url} · ${project.id}`),
    announces(step, { number, announcement }) {
      now = number
      line(`\n${markOf(number)} ${step.title[language]} — ${step.who.join(', ')}`)
      line(`  ${announcement.what[language]}`)
      for (const command of announcement.commands) line(`  $ ${command}`)
    },
    plays(_, { outcome, ms }) {
      for (const one of outcome.lines) line(`    ${one}`)
      line(`  ✔ ${outcome.result[language]} · ${secondsOf(ms, language)}`)
      line(`  → ${words.look[language]} ${outcome.look[language]}`)
    },
    fails(step, reason) {
      const place = `${words.step[language]} ${markOf(now)} ${step.name}`
      stderr.write(`  ✘ ${place} (${step.title[language]}) : ${reason}\n`)
    },
    ends: (ms) => line(`\n✔ ${words.passed[language]} · ${secondsOf(ms, language)}`),
  }
}

/** One document per step, and a last one on the whole. */
export function jsonTeller({ stdout }: Streams, language: Language): Teller {
  const write = (value: object) => void stdout.write(`${JSON.stringify(value)}\n`)
  let now: Announced = { number: 0, announcement: { what: { fr: '', en: '' }, commands: [] } }
  let where = {}
  const about = ({ name, title, who }: Step) => ({
    ...{ step: now.number, name, title: title[language], who },
    ...{ what: now.announcement.what[language], commands: now.announcement.commands },
  })
  return {
    begins({ url, project }) {
      where = { node: url, project: project.id }
    },
    announces(_, announced) {
      now = announced
    },
    plays(step, { outcome: { result, look, facts }, ms }) {
      const told = { result: result[language], look: look[language], facts, ms: Math.round(ms) }
      write({ ...about(step), ok: true, ...told })
    },
    fails(step, reason) {
      write({ ...about(step), ok: false, reason })
      write({ tour: 'failed', step: step.name, ...where })
    },
    ends: (ms) => write({ tour: 'passed', ...where, ms: Math.round(ms) }),
  }
}

function secondsOf(ms: number, language: Language): string {
  const style = { maximumFractionDigits: 1, minimumFractionDigits: 1 }
  return `${new Intl.NumberFormat(language, style).format(ms / 1000)} s`
}
