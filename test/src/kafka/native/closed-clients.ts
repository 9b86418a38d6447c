import { setTimeout as delay } from 'node:timers/promises'
import { flat, loadAddon } from '../../../../src/kafka/native/addon.ts'

/** Run as a process of its own: it closes clients that have reached nobody, and has nothing to stay for then. */
const { Consumer, Producer } = loadAddon()
const ignored = () => undefined
const bootstrap = { 'bootstrap.servers': '127.0.0.1:1' }
const consumer = new Consumer(flat({ ...bootstrap, 'group.id': 'none' }), ignored)
const producer = new Producer(flat(bootstrap), ignored)
consumer.subscribe(['none'])
await delay(50)
await Promise.all([consumer.close(), producer.close()])
