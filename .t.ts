import { createJsonParser } from './workers/parse.ts'
import { createValidator } from './workers/validate.ts'
import pipeline from './pipelines/user-login/pipeline.ts'
import { createSerializer } from './workers/serialize.ts'
import { settingsFromRaw } from './src/config/settings.ts'
import { formatIsoTime } from './pipelines/user-login/iso-time.ts'
const rec = Buffer.from('{"user_id": "424cdd21-063a-43a7-b91b-7ca1a833afae", "app_version": "2.3.0", "device_type": "android", "ip": "199.172.111.135", "locale": "RU", "device_id": "593-47-5928", "timestamp": "1694479551"}')
const sab = new SharedArrayBuffer(1<<20); const buf = Buffer.from(sab); 
const N = 4000; let at = 0; const ends: number[] = []
for (let i=0;i<N;i++){ at += rec.copy(buf, at); ends.push(at) }
const parser = createJsonParser({maxDepth:32,rejectDuplicateKeys:false,stringFields:Object.keys(pipeline.input.schema.properties)})
const v = createValidator({schema: pipeline.input.schema, requiredFields: pipeline.input.schema.required as any, fieldDefaults:{device_type:'unknown'}, extraFields:'drop', checks: pipeline.input.checks as any})
const options = settingsFromRaw({}, pipeline.options) as any
const ser = createSerializer(pipeline.outputs.processed.schema, pipeline.input.schema, false)
let last: any
const ctx: any = { options, nowMs: 1694479560000, nowIso: 'x', emit(_o: any, x: any){ last = x }, filter(){}, deadLetter(){}, count(){} }
function time(name: string, f: (i:number)=>void) { let best=1e9; for (let r=0;r<60;r++){ const t=performance.now(); for (let i=0;i<N;i++) f(i); best=Math.min(best,(performance.now()-t)*1000/N) } console.log(name, best.toFixed(3),'us') }
const start = (i: number) => i? ends[i-1]:0
time('raw JSON.parse(utf8Slice)', i => { JSON.parse(buf.utf8Slice(start(i), ends[i])) })
time('parse', i => { parser.parse(buf, start(i), ends[i]) })
const vals = ends.map((e,i)=>parser.parse(buf,start(i),e)!)
time('validate', i => { v.validate(vals[i]) })
time('transform', i => { pipeline.transform(vals[i] as any, {} as any, ctx) })
ctx.options = {...options, deviceIdMasking:'keep'}
time('transform, no hash', i => { pipeline.transform(vals[i] as any, {} as any, ctx) })
time('serialize', () => { ser(last, last) })
time('JSON.stringify', () => { JSON.stringify(last) })
ctx.options = {...options, piiHashKey:'k'}
time('transform, hmac', i => { pipeline.transform(vals[i] as any, {} as any, ctx) })
time('iso', i => { formatIsoTime(1694479560000 + i*1000) })
const dup = createJsonParser({maxDepth:32,rejectDuplicateKeys:true,stringFields:[]})
time('parse + dup', i => { dup.parse(buf, start(i), ends[i]) })
time('all', i => { const x = parser.parse(buf,start(i),ends[i])!; v.validate(x); pipeline.transform(x as any, {} as any, ctx) })
const bad = Buffer.from('{"user_id": "", "app_version": "2.3.0", "ip": 5}')
time('validate bad', () => { v.validate({user_id:'', app_version:'2', ip: 5}) })
time('parse bad', () => { parser.parse(rec, 0, rec.length - 5) })
console.log(v.validate({user_id:'', app_version:'2', ip: 5, timestamp: 1e400, locale:null}), parser.failure, last)
