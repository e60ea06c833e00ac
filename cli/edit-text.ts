import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandFailed, exitCodes } from './exit-codes.ts'

/**
 * Opens a text in the user's editor (VISUAL, else EDITOR, else vi) and returns what was saved.
 * @throws CommandFailed when the editor cannot be started or fails
 */
export const editText = async (text: string, fileName: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'dzrun-'))
  try {
    const file = join(directory, fileName)
    await writeFile(file, text, { mode: 0o600 })
    const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi'
    const [command = 'vi', ...args] = editor.split(' ').filter((part) => part !== '')
    const { status, error } = spawnSync(command, [...args, file], { stdio: 'inherit' })
    if (error !== undefined || status !== 0)
      throw new CommandFailed(
        exitCodes.usage,
        `the editor '${editor}' failed, and nothing was changed; set EDITOR to another one`,
        { cause: error },
      )
    return await readFile(file, 'utf8')
  } finally {
    await rm(directory, { recursive: true })
  }
}
