import type { WaitingGroup } from '../../../shared/protocol.ts'
import { useNow } from '../../live.ts'
import { count, plural, sentence, visible } from '../../model/format.ts'
import { reasonWord } from '../../model/statuses.ts'
import { CommandLine } from '../../ui/command.tsx'
import { Ago, Time } from '../../ui/time.tsx'
import { Release } from './release.tsx'

interface GroupProps {
  readonly group: WaitingGroup
}

const When = ({ group }: GroupProps) => {
  const isDue = group.firstRetryAtMs <= useNow()
  return (
    <p class="muted small" style={{ margin: '4px 0 10px' }}>
      {isDue ? 'Due' : 'Looked at next'} <Ago atMs={group.firstRetryAtMs} /> (
      <Time atMs={group.firstRetryAtMs} />
      {group.lastRetryAtMs !== group.firstRetryAtMs && (
        <>
          , the last <Ago atMs={group.lastRetryAtMs} />
        </>
      )}
      ). The oldest was requested <Ago atMs={group.oldestRequestAtMs} />.
    </p>
  )
}

const Commands = ({ group }: GroupProps) => (
  <div class="stack" style={{ alignContent: 'start' }}>
    {group.commands.map(({ why, command }) => (
      <div key={why + (command ?? '')} class="stack" style={{ gap: '6px' }}>
        <p>{sentence(visible(why))}</p>
        {command !== undefined && (
          <div class="row">
            <div class="command-place">
              <CommandLine command={command} />
            </div>
            <Release command={command} />
          </div>
        )}
      </div>
    ))}
  </div>
)

const Which = ({ group }: GroupProps) => (
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
)

/** The requests that wait for one reason: until when, which, and what releases them. */
export const Group = ({ group }: GroupProps) => (
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
    <When group={group} />
    <div class="grid-2">
      <Commands group={group} />
      <Which group={group} />
    </div>
  </section>
)
