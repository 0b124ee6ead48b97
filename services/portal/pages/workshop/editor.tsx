import { type RefObject, useEffect, useRef } from 'react'
import type { GrantedTable } from '../../workshop.ts'
import { proposalsAt } from './completion.ts'
import { type Editor, openEditor, type Place } from './editor-view.ts'

export interface SqlEditorProps {
  readonly label: string
  readonly hint: string
  /** To begin with; from then on the editor has the text, and `handle` puts another in its place. */
  readonly text: string
  readonly tables: readonly GrantedTable[]
  /** It was asked for: the keyboard goes on in it. */
  readonly takesFocus: boolean
  /** What is refused, where it stands; undefined while that is being found out. */
  readonly fault: Place | null | undefined
  readonly onText: (text: string) => void
  readonly onRun: (text: string) => void
  /** Filled while the editor is there. */
  readonly handle: RefObject<Editor | null>
}

/** Loaded on its own: it is the largest part of the page. */
export function SqlEditor(props: SqlEditorProps) {
  const { label, hint, text, tables, takesFocus, fault, onText, onRun, handle } = props
  const place = useRef<HTMLDivElement>(null)
  const now = useRef({ text, tables, onText, onRun })
  now.current = { text, tables, onText, onRun }
  useEffect(() => {
    if (!place.current) return
    const editor = openEditor(place.current, {
      ...{ label, hint, text: now.current.text },
      onText: (changed) => now.current.onText(changed),
      onRun: (whole) => now.current.onRun(whole),
      propose: (whole, at, isAsked) => proposalsAt({ text: whole, at, isAsked }, now.current.tables),
    })
    handle.current = editor
    if (takesFocus) editor.focus()
    return () => {
      handle.current = null
      editor.close()
    }
  }, [label, hint, takesFocus, handle])
  useEffect(() => {
    if (fault !== undefined) handle.current?.underline(fault)
  }, [fault, handle])
  return <div ref={place} className="sql-editor" />
}
