import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { count } from '../model/format.ts'
import { useTheme } from '../theme.ts'

/** One line or layer of a plot. */
export interface PlotLine {
  readonly label: string
  /** The CSS variable of its color, without dashes: `good`. */
  readonly tone: string
  readonly values: readonly (number | null)[]
}

interface PlotProps {
  readonly title: string
  /** Bucket starts in ms. */
  readonly times: readonly number[]
  readonly lines: readonly PlotLine[]
  /** Stacked bars of counts, or lines. */
  readonly kind: 'bars' | 'lines'
  readonly format?: (value: number) => string
}

const height = 190

const colorOf = (tone: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${tone}`).trim()

/** The color of a CSS variable with `light-dark()` resolved, for the canvas. */
const resolved = (tone: string): string => {
  const probe = document.createElement('i')
  probe.style.color = colorOf(tone)
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** Each layer's values on top of those of the layers after it, so that the first is drawn over the sum of all. */
const stacked = (lines: readonly PlotLine[]): (number | null)[][] => {
  const sums = new Array<number>(lines[0]?.values.length ?? 0).fill(0)
  return lines
    .toReversed()
    .map(({ values }) =>
      values.map((value, at) => {
        sums[at] = (sums[at] ?? 0) + (value ?? 0)
        return sums[at] === 0 ? null : (sums[at] ?? null)
      }),
    )
    .toReversed()
}

const dataOf = ({ times, lines, kind }: PlotProps): uPlot.AlignedData => [
  times.map((ms) => ms / 1000),
  ...(kind === 'bars' ? stacked(lines) : lines.map(({ values }) => [...values])),
]

const bars = uPlot.paths.bars?.({ size: [0.8, 24] })

/** Whether a line has fewer than three points, which are drawn as dots, too. */
const isSparse = (self: uPlot, series: number): boolean =>
  [...(self.data[series] ?? [])].filter((value) => typeof value === 'number').length < 3

/** Counts have no fractions. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })
const twoDays = 2 * 86_400

/** The marks of the time axis in the viewer's zone: clock times, or days where it shows several. */
const timeMarks = (self: uPlot, marks: readonly number[]): string[] => {
  const { min = 0, max = 0 } = self.scales['x'] ?? {}
  const format = (max ?? 0) - (min ?? 0) > twoDays ? day : clock
  return marks.map((seconds) => format.format(seconds * 1000))
}

const seriesOf = ({ label, tone }: PlotLine, kind: PlotProps['kind']): uPlot.Series => {
  const color = resolved(tone)
  if (kind === 'lines')
    return {
      label,
      stroke: color,
      width: 2,
      points: { show: isSparse, size: 6, fill: color },
      spanGaps: true,
    }
  return {
    label,
    fill: color,
    stroke: color,
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  }
}

const axesOf = (format: (value: number) => string): uPlot.Axis[] => {
  const axis: uPlot.Axis = {
    stroke: resolved('muted'),
    grid: { stroke: resolved('line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  }
  return [
    { ...axis, grid: { show: false }, values: timeMarks, space: 70, size: 28 },
    {
      ...axis,
      size: 48,
      ...(format === count ? { incrs: wholeSteps } : {}),
      values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : format(tick))),
    },
  ]
}

const optionsOf = ({ lines, kind, format = String }: PlotProps, width: number): uPlot.Options => ({
  width,
  height,
  legend: { show: false },
  cursor: { y: false, points: { show: false } },
  padding: [8, 22, 0, 0],
  scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1)] } },
  axes: axesOf(format),
  series: [{}, ...lines.map((line) => seriesOf(line, kind))],
})

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0)

/** The plot in words, for screen readers: the totals of bars, the last values of lines. */
const inWords = ({ title, lines, kind, format = String }: PlotProps): string => {
  const parts = lines.map(({ label, values }) => {
    const value = kind === 'bars' ? sum(values) : (values.findLast((one) => one !== null) ?? 0)
    return `${label} ${format(value)}`
  })
  return `${title}. ${kind === 'bars' ? 'In all' : 'Now'}: ${parts.join(', ')}`
}

/** A plot on canvas, with its legend as text. */
export const Plot = (props: PlotProps) => {
  const { lines, kind } = props
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = useTheme()
  const shape = `${kind} ${lines.map(({ label }) => label).join()} ${theme}`
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const made = new uPlot(optionsOf(props, element.clientWidth), dataOf(props), element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => plot.current?.setData(dataOf(props)), [props.times, lines])
  return (
    <div>
      <div class="plot" ref={frame} role="img" aria-label={inWords(props)} />
      <div class="legend">
        {lines.map(({ label, tone }) => (
          <span class={`tone tone-${tone}`} key={label}>
            <i />
            {label}
          </span>
        ))}
      </div>
    </div>
  )
}
