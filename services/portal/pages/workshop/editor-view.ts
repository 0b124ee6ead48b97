/**
 * CodeMirror in a shadow root: there it brings its style sheets without a style element, which the policy of the page would refuse.
 * What is underlined is our own mark, since that of the lint package is a `data:` image.
 */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { SQLDialect, sql } from '@codemirror/lang-sql'
import { bracketMatching, syntaxTree } from '@codemirror/language'
import {
  EditorState,
  type Extension,
  Prec,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import { functions, keywords, type Proposals } from './completion.ts'

export interface Place {
  readonly offset: number
  readonly length: number
}

export interface EditorOptions {
  readonly text: string
  readonly label: string
  readonly hint: string
  readonly onText: (text: string) => void
  /** With the text as it stands. */
  readonly onRun: (text: string) => void
  readonly propose: (text: string, at: number, isAsked: boolean) => Proposals | null
}

export interface Editor {
  /** Another text in the place of this one; the same text changes nothing. */
  replace(text: string): void
  insert(text: string): void
  /** Underlines what is at fault, or nothing. */
  underline(place: Place | null): void
  focus(): void
  close(): void
}

const dialect = SQLDialect.define({
  keywords: keywords.join(' '),
  builtin: functions.join(' '),
  types: 'varchar integer bigint double boolean date timestamp interval decimal smallint text',
  caseInsensitiveIdentifiers: true,
})

const setFault = StateEffect.define<Place | null>()

/** It moves with the text around it, and goes away when the part at fault is edited out. */
const fault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    const asked = change.effects.find((effect) => effect.is(setFault))
    if (!asked) return marks.map(change.changes)
    return asked.value === null ? Decoration.none : markOf(asked.value, change.newDoc.length)
  },
  provide: (field) => EditorView.decorations.from(field),
})

function markOf({ offset, length }: Place, end: number): DecorationSet {
  const from = Math.min(offset, Math.max(0, end - 1))
  const to = Math.min(end, offset + Math.max(1, length))
  return to > from ? Decoration.set([Decoration.mark({ class: 'fault' }).range(from, to)]) : Decoration.none
}

const colours: Readonly<Record<string, Decoration>> = Object.fromEntries(
  [
    ['Keyword', 'word'],
    ['Bool', 'word'],
    ['Null', 'word'],
    ['Type', 'word'],
    ['Builtin', 'call'],
    ['String', 'value'],
    ['Number', 'value'],
    ['LineComment', 'remark'],
    ['BlockComment', 'remark'],
  ].map(([node, name]) => [node, Decoration.mark({ class: `sql-${name}` })]),
)

/** The words of SQL by the syntax tree, in colours of the page. */
const coloured = ViewPlugin.define(
  (view) => ({
    marks: marksOf(view),
    update(change: ViewUpdate) {
      if (
        change.docChanged ||
        change.viewportChanged ||
        syntaxTree(change.state) !== syntaxTree(change.startState)
      )
        this.marks = marksOf(change.view)
    },
  }),
  { decorations: ({ marks }) => marks },
)

function marksOf({ state, visibleRanges }: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>()
  for (const { from, to } of visibleRanges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter({ name, from: start, to: end }) {
        const mark = colours[name]
        if (mark) marks.add(start, end, mark)
      },
    })
  }
  return marks.finish()
}

const theme = EditorView.theme({
  '&': { color: 'var(--ink)', fontSize: '0.95rem', maxHeight: '26rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
    lineHeight: '1.6',
    minHeight: '9.5rem',
    overflow: 'auto',
  },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.6rem 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--soft)', border: 'none' },
  '.cm-placeholder': { color: 'var(--soft)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--line)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--shade)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '0.4rem',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.6rem', lineHeight: '1.5' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--paper)',
  },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.85', fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.fault': {
    textDecoration: 'underline wavy var(--bad)',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '0.25em',
  },
  '.sql-word': { color: 'var(--accent)', fontWeight: '600' },
  '.sql-call': { color: 'var(--accent)' },
  '.sql-value': { color: 'var(--warm)' },
  '.sql-remark': { color: 'var(--soft)', fontStyle: 'italic' },
})

/**
 * Text typed over a selection is written by us: the browser would keep the look of what it replaces in a style attribute, which the
 * policy of the page reports.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data }, view) {
    const isOver = inputType === 'insertText' && data !== null && !view.state.selection.main.empty
    if (!isOver || view.composing) return false
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    return true
  },
})

/** An editor inside an element that has no shadow root yet, or one that an editor before has left. */
export function openEditor(place: HTMLElement, options: EditorOptions): Editor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' })
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({ doc: options.text, extensions: extensionsOf(options) }),
  })
  return {
    replace(text) {
      const now = view.state.doc
      if (now.toString() !== text) view.dispatch({ changes: { from: 0, to: now.length, insert: text } })
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text))
      view.focus()
    },
    underline: (one) => view.dispatch({ effects: setFault.of(one) }),
    focus: () => view.focus(),
    close: () => view.destroy(),
  }
}

function extensionsOf({ label, hint, onText, onRun, propose }: EditorOptions): Extension {
  const run = ({ state }: EditorView) => {
    onRun(state.doc.toString())
    return true
  }
  return [
    Prec.highest(
      keymap.of([
        { key: 'Mod-Enter', run },
        { key: 'Ctrl-Enter', run },
      ]),
    ),
    keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
    history(),
    drawSelection(),
    typedOver,
    lineNumbers(),
    bracketMatching(),
    EditorView.lineWrapping,
    placeholder(hint),
    sql({ dialect }),
    coloured,
    fault,
    autocompletion({
      icons: false,
      override: [
        ({ state, pos, explicit }) => {
          const found = propose(state.doc.toString(), pos, explicit)
          return found && { from: found.from, options: [...found.options], validFor: /^"?\w*$/ }
        },
      ],
    }),
    // Named as reachable by keyboard: a text taller than its field scrolls, and a reader’s tools look for this word.
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) onText(state.doc.toString())
    }),
    theme,
  ]
}
