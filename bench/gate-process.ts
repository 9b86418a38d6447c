import { measureRatios } from './gate-ratios.ts'
import { gateSteps, referenceStep } from './gate-steps.ts'

const ROUNDS = 25

const ratios = measureRatios(referenceStep(), await gateSteps(), ROUNDS)
if (process.send === undefined) console.log(ratios)
else process.send(ratios, () => process.disconnect?.())
