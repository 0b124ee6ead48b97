/** A state as a mark, a word and a colour: never the colour alone. */
import type { ReactNode } from 'react'

const signs = { good: '✔', wait: '◷', warn: '▲', bad: '✕', plain: '•' } as const

export type Tone = keyof typeof signs

export function Mark({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`mark ${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span> {children}
    </span>
  )
}
