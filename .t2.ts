import { createSampleGenerator } from './pipelines/user-login/samples.ts'
const g = createSampleGenerator({ seed: 1 })
for (let i = 0; i < 6; i++) { const s = g.at(i); console.log(s.kind, s.value?.toString()) }
for (const numbered of [true, false]) { const g = createSampleGenerator({ seed: 1, numbered }); let bytes = 0
for (let r = 0; r < 4; r++) { const t = performance.now(); bytes = 0; for (let i = 0; i < 100000; i++) bytes += g.at(i).value?.length ?? 0
console.log(numbered, Math.round(1e5 / (performance.now() - t) * 1000), '/s', bytes / 1e5) } }
