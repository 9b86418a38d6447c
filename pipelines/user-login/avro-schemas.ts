import { readFileSync } from 'node:fs'

/** A login as it comes in, as Avro: what producers register, and `millrace schema register` does. */
export const userLoginAvro = read('user_login.avsc')
/** A login as it leaves. */
export const processedLoginAvro = read('user_login_processed.avsc')

function read(file: string): object {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as object
}
