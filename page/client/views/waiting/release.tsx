import { ChangeButton } from '../../ui/change.tsx'

const resumed = 'dzrun resume '
const closed = /^dzrun breaker close '(.*)'$/

/** The button that does the same as a `resume` or `breaker close` command; nothing for other commands. */
export const Release = ({ command }: { readonly command: string }) => {
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
