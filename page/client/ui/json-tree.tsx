import { useState } from 'preact/hooks'
import { plural, shortened, visible } from '../model/format.ts'
import { CopyButton } from './command.tsx'

const longestText = 2000
const mostMembers = 200
/** How many levels are open at first. */
const openLevels = 2

const Atom = ({ value }: { readonly value: unknown }) =>
  typeof value === 'string' ? (
    <span class="string">"{visible(shortened(value, longestText))}"</span>
  ) : (
    <span class="atom">{String(value)}</span>
  )

const membersOf = (value: object): readonly (readonly [string, unknown])[] => Object.entries(value)

const Branch = ({
  name,
  value,
  depth,
}: {
  readonly name: string
  readonly value: object
  readonly depth: number
}) => {
  const [isOpen, setOpen] = useState(depth < openLevels)
  const members = membersOf(value)
  const summary = Array.isArray(value) ? plural(members.length, 'item') : plural(members.length, 'field')
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="key">{visible(shortened(name, 200))}</span> <span class="muted">{summary}</span>
      </summary>
      {isOpen && (
        <ul>
          {members.slice(0, mostMembers).map(([key, member]) => (
            <li key={key}>
              <Node name={key} value={member} depth={depth + 1} />
            </li>
          ))}
          {members.length > mostMembers && <li class="muted">and {members.length - mostMembers} more</li>}
        </ul>
      )}
    </details>
  )
}

const Node = ({
  name,
  value,
  depth,
}: {
  readonly name: string
  readonly value: unknown
  readonly depth: number
}) =>
  typeof value === 'object' && value !== null ? (
    <Branch name={name} value={value} depth={depth} />
  ) : (
    <div>
      <span class="key">{visible(shortened(name, 200))}</span>: <Atom value={value} />
    </div>
  )

/** A value as JSON that folds, with a button that copies all of it. `isFolded` opens only its first level. */
export const JsonTree = ({
  name,
  value,
  isFolded = false,
}: {
  readonly name: string
  readonly value: unknown
  readonly isFolded?: boolean
}) => (
  <div class="row" style={{ alignItems: 'start', flexWrap: 'nowrap' }}>
    <div class="json" style={{ flex: '1' }} tabIndex={0} role="group" aria-label={name}>
      <Node name={name} value={value} depth={isFolded ? 1 : 0} />
    </div>
    <CopyButton text={JSON.stringify(value, null, 2)} what={name} />
  </div>
)
