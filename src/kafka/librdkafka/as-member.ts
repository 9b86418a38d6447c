import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CallsUnderWay } from './calls-under-way.ts'
import type { GroupClient, Rebalance } from './rebalance.ts'

/**
 * A call by which this member speaks for its group. Rejects if the group took it for dead before the call had ended: the
 * client has no member id then, and brokers may take offsets from nobody as they do from anybody.
 */
export function asMember<T>(
  client: Pick<GroupClient, 'assignmentLost'>,
  rebalance: Pick<Rebalance, 'losses'>,
  calls: CallsUnderWay,
  call: () => Promise<T>
): Promise<T> {
  const { losses } = rebalance
  return calls.run(async () => {
    if (client.assignmentLost()) throw lost()
    const answer = await call()
    // The client knows before it tells; once that is answered, only the count does.
    if (rebalance.losses > losses || client.assignmentLost()) throw lost()
    return answer
  })
}

function lost(): KafkaError {
  return new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, 'the group has given the partitions to other members')
}
