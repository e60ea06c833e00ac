import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { onKey } from './keyboard.ts'
import { type Live, useLive } from './live.ts'
import { count, sentence, shortened, visible } from './model/format.ts'
import { go, usePlace } from './router.ts'
import { chooseTheme, chosenTheme, themes } from './theme.ts'
import { Help } from './ui/help.tsx'
import { Icon, type IconName } from './ui/icon.tsx'
import { Toasts } from './ui/toast.tsx'
import { Tour } from './ui/tour.tsx'
import { AssetsView } from './views/assets/assets-view.tsx'
import { EventsView } from './views/events/events-view.tsx'
import { LocalView } from './views/local/local-view.tsx'
import { OverviewView } from './views/overview/overview-view.tsx'
import { RunView } from './views/run/run-view.tsx'
import { RunsView } from './views/runs/runs-view.tsx'
import { WaitingView } from './views/waiting/waiting-view.tsx'

interface View {
  readonly path: string
  readonly title: string
  readonly icon: IconName
  readonly key: string
  readonly render: () => preact.JSX.Element
}

const views: readonly View[] = [
  { path: '/', title: 'Overview', icon: 'overview', key: '1', render: () => <OverviewView /> },
  { path: '/runs', title: 'Runs', icon: 'runs', key: '2', render: () => <RunsView /> },
  { path: '/assets', title: 'Assets', icon: 'assets', key: '3', render: () => <AssetsView /> },
  { path: '/waiting', title: 'Waiting', icon: 'waiting', key: '4', render: () => <WaitingView /> },
  { path: '/events', title: 'Events', icon: 'events', key: '5', render: () => <EventsView /> },
  { path: '/local', title: 'Local', icon: 'local', key: '6', render: () => <LocalView /> },
]

/** The view of one run is not in the navigation: links of the other views lead to it. */
const runView: View = { path: '/runs', title: 'Run', icon: 'runs', key: '', render: () => <RunView /> }

/** The Local view needs the simulator, which a deployed stack does not have. */
const shownViews = ({ hello }: Pick<Live, 'hello'>): readonly View[] =>
  views.filter(({ path }) => path !== '/local' || hello?.isLocal !== false)

const viewAt = (path: string, live: Pick<Live, 'hello'>): View | undefined =>
  path.startsWith('/run/') ? runView : (shownViews(live).find((one) => one.path === path) ?? views[0])

/** The title of a run's view is its asset or data source. */
const titleAt = (path: string, view: View | undefined): string =>
  view === runView
    ? shortened(visible(decodeURIComponent(path.split('/')[4] ?? '')), 80)
    : (view?.title ?? '')

const badgeOf = (path: string, { overview }: Pick<Live, 'overview'>): number => {
  if (overview === undefined) return 0
  if (path === '/waiting') return Object.values(overview.parked).reduce((sum, value) => sum + value, 0)
  return path === '/' ? overview.concerns.length : 0
}

const ThemeSwitch = () => {
  const [theme, setTheme] = useState(chosenTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const icon = theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'system'
  return (
    <button
      type="button"
      class="plain"
      title={`Theme: ${theme}`}
      aria-label={`Theme: ${theme}. Switch to ${next}`}
      onClick={() => {
        chooseTheme(next)
        setTheme(next)
      }}
    >
      <Icon name={icon} />
    </button>
  )
}

const connectionWords: Record<Live['connection'], string> = {
  connecting: 'connecting',
  open: 'live',
  lost: 'connection lost, trying again',
  refused: 'access ended',
}

const Connection = ({ connection }: Pick<Live, 'connection'>) => (
  <span
    class={`status small tone tone-${connection === 'open' ? 'good' : 'late'}`}
    role="status"
    data-connection={connection}
  >
    <span aria-hidden="true">●</span>
    {connectionWords[connection]}
  </span>
)

const Banner = ({ connection, problem }: Pick<Live, 'connection' | 'problem'>) => {
  if (connection === 'lost')
    return (
      <p class="banner">
        The page's server does not answer. What you see is from before; it connects again by itself.
      </p>
    )
  if (connection === 'refused')
    return (
      <p class="banner">
        The server was started again with a new key. Open the address that the command printed.
      </p>
    )
  if (problem !== '')
    return (
      <p class="banner wrap">
        {sentence(visible(shortened(problem, 300)))}. What you see is from before; the page tries again.
      </p>
    )
  return null
}

const Side = ({
  live,
  path,
}: {
  readonly live: Pick<Live, 'connection' | 'hello' | 'overview'>
  readonly path: string
}) => (
  <header class="side">
    <a class="brand" href="/">
      <img src="/files/favicon.svg" alt="" width="24" height="24" />
      <span>
        DataZone runs
        <small>{live.hello?.stack ?? ' '}</small>
      </span>
    </a>
    <nav class="nav" aria-label="Views">
      {shownViews(live).map((view) => {
        const badge = badgeOf(view.path, live)
        return (
          <a key={view.path} href={view.path} aria-current={view.path === path ? 'page' : undefined}>
            <Icon name={view.icon} />
            {view.title}
            {badge > 0 && <span class="badge">{count(badge)}</span>}
          </a>
        )
      })}
    </nav>
    <div class="side-foot">
      <Connection connection={live.connection} />
      <div class="row">
        <ThemeSwitch />
        <span>
          <kbd>?</kbd> keys
        </span>
      </div>
    </div>
  </header>
)

/** The keys that work in every view: of the views, of the search, and of the help. */
const useKeys = (onHelp: () => void): void => {
  useEffect(() => {
    const stops = [
      onKey('?', onHelp),
      onKey('/', () => go('/runs')),
      ...views.map((one) => onKey(one.key, () => go(one.path))),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
}

/** The page: navigation, the view that the address names, and what the keyboard does everywhere. */
export const App = () => {
  const live = useLive('connection', 'hello', 'overview', 'problem')
  const { path } = usePlace()
  const [isHelpOpen, setHelpOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  const view = viewAt(path, live)
  const title = titleAt(path, view)
  // A view draws itself again when what it shows changes.
  const shown = useMemo(() => view?.render(), [view])
  useKeys(() => setHelpOpen(true))
  useEffect(() => {
    document.title = `${title} · DataZone runs`
    main.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <div class="shell">
      <Side live={live} path={view?.path ?? '/'} />
      <main ref={main} tabIndex={-1} data-path={path}>
        <Banner connection={live.connection} problem={live.problem} />
        <div class="head">
          <h1 class="wrap">{title}</h1>
          <span class="only-narrow end">
            <Connection connection={live.connection} />
            <ThemeSwitch />
          </span>
        </div>
        {shown}
      </main>
      {live.hello?.isLocal === true && <Tour />}
      <Toasts />
      <Help isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  )
}
