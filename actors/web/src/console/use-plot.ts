import { useEffect, useRef } from 'preact/hooks'
import type UPlot from 'uplot'

export const plotHeight = 170

/**
 * A place that a plot fills: as wide as the place is, and drawn anew in another colour scheme.
 * @param draw is called at once and for each scheme; it is to read what is newest
 */
export function usePlot(draw: (home: HTMLElement) => UPlot, data: UPlot.AlignedData) {
  const canvas = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const latest = useRef(draw)
  latest.current = draw
  useEffect(() => {
    const home = canvas.current
    if (home === null) return
    const make = () => {
      plot.current?.destroy()
      plot.current = latest.current(home)
    }
    make()
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: home.clientWidth, height: plotHeight }),
    )
    resized.observe(home)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', make)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', make)
      plot.current?.destroy()
    }
  }, [])
  useEffect(() => plot.current?.setData(data))
  return canvas
}
