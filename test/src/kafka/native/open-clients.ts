import { flat, loadAddon } from '../../../../src/kafka/native/addon.ts'

/** Run as a process of its own: it ends with clients that nobody has closed, and with a call of one under way. */
const { Consumer, Producer } = loadAddon()
const ignored = () => undefined
const bootstrap = { 'bootstrap.servers': '127.0.0.1:1' }
const consumer = new Consumer(flat({ ...bootstrap, 'group.id': 'none' }), ignored)
const producer = new Producer(flat(bootstrap), ignored)
void producer.metadata(true, 300)
consumer.serve()
setTimeout(() => process.exit(0), 50)
