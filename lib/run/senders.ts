import { matchesGlob } from './glob.ts'

/** Who sent a request, as far as AWS says. */
export interface Sender {
  /** SQS's SenderId of the message: `AROA...:session` of a role, `AIDA...` of a user, or one of EventBridge. */
  readonly principal?: string
  /** The account of an event on the run bus, which EventBridge fills in. */
  readonly account?: string
  /** The source of an event on the run bus, which its sender chooses. */
  readonly source?: string
}

/** Binds senders to projects. Fields and projects are exact or globs; an absent field matches every sender. */
export interface SenderRule extends Sender {
  readonly allowedProjects: readonly string[]
}

/** The projects that a sender is bound to, and the index of the rule that binds it. */
export interface SenderBinding {
  readonly rule: number
  readonly allowedProjects: readonly string[]
}

const fits = (glob: string | undefined, value: string | undefined): boolean =>
  glob === undefined || (value !== undefined && matchesGlob(glob, value))

/** Returns the binding of the first rule that matches the sender; undefined for a sender that may request any project. */
export const bindingOf = (sender: Sender, rules: readonly SenderRule[] = []): SenderBinding | undefined => {
  const rule = rules.findIndex(
    ({ principal, account, source }) =>
      fits(principal, sender.principal) && fits(account, sender.account) && fits(source, sender.source),
  )
  const found = rules[rule]
  return found === undefined ? undefined : { rule, allowedProjects: found.allowedProjects }
}

export const isAllowedProject = (binding: SenderBinding | undefined, projectId: string): boolean =>
  binding === undefined || binding.allowedProjects.some((glob) => matchesGlob(glob, projectId))
