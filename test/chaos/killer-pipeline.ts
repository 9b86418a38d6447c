import { isMainThread } from 'node:worker_threads'
import userLogin from '../../pipelines/user-login/pipeline.ts'
import type { Header } from '../../src/index.ts'
import { KILL_HEADER, type KillWay } from './kill-ways.ts'

/** user-login, but a login with a certain header ends the worker thread that handles it. */
export default {
  ...userLogin,
  transform: (login, record, context) => {
    const way = record.headers.find(({ name }) => name === KILL_HEADER)
    if (way !== undefined && !isMainThread) kill(way)
    userLogin.transform(login, record, context)
  }
} satisfies typeof userLogin

function kill({ value }: Header): void {
  switch (Buffer.from(value).toString() as KillWay) {
    case 'exit':
      return process.exit(1)
    case 'hang':
      for (;;);
    case 'heap':
      return exhaust()
  }
}

function exhaust(): never {
  const hoard: object[] = []
  for (;;) hoard.push(Array.from({ length: 1000 }, () => ({})))
}
