import { type ReactNode, useId } from 'react'
import { useFaults } from '../draft.tsx'

export interface GroupProps {
  readonly path: string
  readonly label: string
  readonly help?: string
  readonly children: ReactNode
}

/** Several controls that are one field: named together, helped together, and with the faults of the whole. */
export function Group({ path, label, help, children }: GroupProps) {
  const id = useId()
  const faults = useFaults(path).filter((fault) => fault.path === path && !fault.isAbsent)
  return (
    <fieldset className="group" data-path={path} aria-describedby={help ? `${id}-help` : undefined}>
      <legend>{label}</legend>
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {faults.map(({ text }) => (
        <p key={text} className="error">
          {text}
        </p>
      ))}
      {children}
    </fieldset>
  )
}
