import type { WaitingGroup } from '../../shared/protocol.ts'
import { useLive } from '../live.ts'
import { count, plural, sentence, visible } from '../model/format.ts'
import { reasonWord } from '../model/statuses.ts'
import { ChangeButton } from '../ui/change.tsx'
import { CommandLine } from '../ui/command.tsx'
import { Ago, Time } from '../ui/time.tsx'

const resumed = 'dzrun resume '
const closed = /^dzrun breaker close '(.*)'$/

/** The button that does what a command does. */
const Release = ({ command }: { readonly command: string }) => {
  if (command.startsWith(resumed)) {
    const [domainId, projectId] = command.slice(resumed.length).split('/')
    return (
      <ChangeButton
        change={{ action: 'resume', domainId, ...(projectId === undefined ? {} : { projectId }) }}
      >
        Resume
      </ChangeButton>
    )
  }
  const [, name] = closed.exec(command) ?? []
  return name === undefined ? null : (
    <ChangeButton change={{ action: 'close-breaker', name }}>Close breaker</ChangeButton>
  )
}

const Group = ({ group }: { readonly group: WaitingGroup }) => (
  <section class="card call tone tone-parked" id={group.reason}>
    <div class="card-head">
      <h2>
        {sentence(reasonWord(group.reason))} <span class="badge">{count(group.count)}</span>
      </h2>
      <a class="end" href={`/runs?status=PARKED&reason=${group.reason}`}>
        Show {group.count === 1 ? 'it' : 'them'}
      </a>
    </div>
    <p>
      {plural(group.count, 'request')} {group.count === 1 ? 'waits' : 'wait'} {visible(group.why)}.
    </p>
    <p class="muted small" style={{ margin: '4px 0 10px' }}>
      Looked at next <Ago atMs={group.firstRetryAtMs} /> (<Time atMs={group.firstRetryAtMs} />
      {group.lastRetryAtMs !== group.firstRetryAtMs && (
        <>
          , the last <Ago atMs={group.lastRetryAtMs} />
        </>
      )}
      ). The oldest was requested <Ago atMs={group.oldestRequestAtMs} />.
    </p>
    <div class="grid-2">
      <div class="stack" style={{ alignContent: 'start' }}>
        {group.commands.map(({ why, command }) => (
          <div key={why + (command ?? '')} class="stack" style={{ gap: '6px' }}>
            <p>{sentence(visible(why))}</p>
            {command !== undefined && (
              <div class="row" style={{ flexWrap: 'nowrap' }}>
                <div style={{ flex: '1', minWidth: '0' }}>
                  <CommandLine command={command} />
                </div>
                <Release command={command} />
              </div>
            )}
          </div>
        ))}
      </div>
      <div class="small">
        {group.projects.map(({ scope, count: number }) => (
          <p key={scope} class="row">
            <a
              class="clip"
              href={`/runs?status=PARKED&reason=${group.reason}&project=${scope.split('/')[1] ?? ''}`}
            >
              {visible(scope)}
            </a>
            <span class="muted">{count(number)}</span>
          </p>
        ))}
        <p class="muted" style={{ marginTop: '6px' }}>
          {group.sample.map(({ key, target, href }, at) => (
            <>
              {at > 0 && ', '}
              <a key={key} href={href}>
                {visible(target)}
              </a>
            </>
          ))}
          {group.count > group.sample.length && ` and ${count(group.count - group.sample.length)} more`}
        </p>
      </div>
    </div>
  </section>
)

/** Parked work by why it waits, and what releases it. */
export const WaitingView = () => {
  const { overview, hello } = useLive('overview', 'hello')
  if (overview === undefined) return <p class="empty">Reading the table …</p>
  const dead = overview.queues.find(({ name }) => name === 'dead letters')
  return (
    <div class="stack">
      {overview.waiting.length === 0 && <p class="card empty">Nothing waits. Requests start as they come.</p>}
      {overview.waiting.map((group) => (
        <Group key={group.reason} group={group} />
      ))}
      {dead !== undefined && dead.waiting > 0 && (
        <section class="card call tone tone-bad">
          <h2>Dead letters</h2>
          <p style={{ marginBottom: '8px' }}>
            Code failed on {plural(dead.waiting, 'message')}. Fix the cause, then redrive.
          </p>
          <ChangeButton change={{ action: 'redrive' }}>Redrive</ChangeButton>
        </section>
      )}
      <Pauses canChange={hello?.canChange === true} />
    </div>
  )
}

const Pauses = ({ canChange }: { readonly canChange: boolean }) => {
  const { rows } = useLive('rows')
  const scopes = [...new Set(rows.map(({ domainId, projectId }) => `${domainId}/${projectId}`))]
    .filter((scope) => !scope.endsWith('/'))
    .toSorted()
  if (!canChange || scopes.length === 0) return null
  return (
    <section class="card">
      <h2>Pause a project</h2>
      <p class="muted" style={{ marginBottom: '8px' }}>
        Its requests wait in the table, and none of its runs starts, until it is resumed.
      </p>
      <ul class="list">
        {scopes.slice(0, 12).map((scope) => {
          const [domainId, projectId] = scope.split('/')
          return (
            <li key={scope}>
              <span class="clip">{visible(scope)}</span>
              <span class="end">
                <ChangeButton change={{ action: 'pause', domainId, projectId, reason: 'paused on the page' }}>
                  Pause
                </ChangeButton>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
