/** The figures of a node as pages read them: the text form of Prometheus, which everybody may ask for. */
interface Figure {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Figures {
  /** The text as it came: it holds no data and no person, and can be sent to whoever helps. */
  readonly text: string
  /** The value of a figure, of one with these labels where they are given; undefined where the node does not tell it. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
  all(name: string): readonly Figure[]
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** Reads the text form; lines of another form are left aside. */
export function figuresOf(text: string): Figures {
  const figures = text.split('\n').flatMap((one): Figure[] => {
    const [, name, labels = '', value] = line.exec(one) ?? []
    if (name === undefined) return []
    const named = Object.fromEntries(
      [...labels.matchAll(label)].map(([, key = '', content = '']) => [key, content]),
    )
    return [{ name: name.replace(/^huisclos_/, ''), labels: named, value: Number(value) }]
  })
  const all = (name: string) => figures.filter((one) => one.name === name)
  return {
    text,
    all,
    value: (name, labels = {}) =>
      all(name).find((one) => Object.entries(labels).every(([key, content]) => one.labels[key] === content))
        ?.value,
  }
}
