import { spawn } from 'node:child_process'

export interface ProgramEnd {
  code: number | null
  output: string
}

/** Runs a program to its end; `output` is everything it printed. */
export function runProgram(command: string[], environment: NodeJS.ProcessEnv): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.once('error', reject)
    // 'exit' and not 'close': a broker that was started keeps nothing of ours open, and this would show if it did.
    child.once('close', code => resolve({ code, output }))
  })
}
