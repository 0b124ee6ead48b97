/** Observable Plot, loaded on its own. Its style elements are taken out, as the policy asks; workshop.css has their rules. */
import {
  axisX,
  axisY,
  barX,
  binX,
  lineY,
  type PlotOptions,
  plot,
  rectY,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot'
import { numberOf } from '../../format.ts'
import { language } from '../../text.ts'
import type { Picture } from './plot.ts'

/** Told apart by colour-blind readers, on light and on dark. */
const palette = ['#0a8f80', '#c46210', '#6a6fd1', '#b8478f', '#5c8a1d', '#9a7400', '#7a7a7a', '#2f86c9']

const most = 340
const tickNumber = (value: number) => numberOf(value)

export interface Said {
  readonly label: string
  readonly description: string
  /** What withheld cells are below. */
  readonly k: number
}

/** The picture as an element that has not been inserted yet. */
export function drawn(picture: Picture, width: number, said: Said): Element {
  const { form, series } = picture
  const figure = plot({
    ...{ line: lineOf, bars: barsOf, histogram: histogramOf }[form](picture, said.k),
    width,
    className: 'plot',
    ariaLabel: said.label,
    ariaDescription: said.description,
    color: { range: palette, ...(series !== null && { legend: true }) },
  })
  for (const style of figure.querySelectorAll('style')) style.remove()
  const image = figure instanceof SVGElement ? figure : figure.querySelector(':scope > svg')
  image?.setAttribute('role', 'img')
  // To readers by ear it is one picture with one description, not its parts.
  for (const part of image?.querySelectorAll('[aria-label]') ?? []) part.removeAttribute('aria-label')
  return figure
}

const inkOf = ({ series }: Picture): string => (series === null ? (palette[0] ?? '') : 'series')

function lineOf(picture: Picture): PlotOptions {
  const isOne = picture.series === null
  return {
    height: most,
    marginLeft: 60,
    x: { type: 'utc', label: null, tickFormat: tickDay },
    y: { grid: true, label: null, zero: true, tickFormat: tickNumber },
    marks: [
      ruleY([0]),
      lineY([...picture.points], {
        ...{ x: 'x', y: 'y', stroke: inkOf(picture), strokeWidth: 2 },
        ...(!isOne && { z: 'series' }),
      }),
    ],
  }
}

function barsOf(picture: Picture, k: number): PlotOptions {
  const { points, withheld } = picture
  const labels = [...new Set([...points.map(({ x }) => String(x)), ...withheld])]
  const longest = Math.max(3, ...labels.map(({ length }) => length))
  return {
    height: labels.length * 26 + 50,
    marginLeft: Math.min(220, 24 + 7 * longest),
    x: { grid: true, label: null, tickFormat: tickNumber },
    y: { label: null, domain: labels },
    marks: [
      barX([...points], { x: 'y', y: 'x', fill: inkOf(picture) }),
      ruleX([0]),
      text([...new Set(withheld)], {
        ...{ x: 0, y: (label: string) => label, text: () => `< ${k}`, textAnchor: 'start', dx: 6 },
      }),
      axisX({ tickFormat: tickNumber }),
      axisY({ label: null }),
    ],
  }
}

function histogramOf(picture: Picture): PlotOptions {
  const bins = binX({ y: 'count' }, { x: 'y' })
  return {
    height: most,
    marginLeft: 60,
    x: { label: null, tickFormat: tickNumber },
    y: { grid: true, label: null, tickFormat: tickNumber },
    marks: [rectY([...picture.points], { ...bins, fill: inkOf(picture) }), ruleY([0])],
  }
}

/** A year at its first day, a month at its own, else the day. */
function tickDay(value: Date): string {
  const isFirst = value.getUTCDate() === 1
  if (isFirst && value.getUTCMonth() === 0) return String(value.getUTCFullYear())
  const parts = isFirst ? ({ month: 'short' } as const) : ({ day: 'numeric', month: 'short' } as const)
  return new Intl.DateTimeFormat(language(), { ...parts, timeZone: 'UTC' }).format(value)
}
