import { type Case } from '../case.ts'
import { topic } from '../cluster.ts'

export const replicasCases: readonly Case[] = [
  {
    rule: 'missing',
    fires: [{ topics: { 'words-dlq': undefined } }, ['missing words-dlq']],
    quiet: [{}]
  },
  {
    rule: 'no-leader',
    fires: [{ topics: { words: topic({ hasLeader: false }) } }, ['no-leader words']],
    quiet: [{}]
  },
  {
    rule: 'under-replicated',
    fires: [{ topics: { words: topic({ inSync: 2 }) } }, ['under-replicated words']],
    quiet: [{ topics: { words: topic({ inSync: 3 }) } }]
  },
  {
    rule: 'one-replica',
    fires: [
      { brokers: 2, topics: { words: topic({ replicas: 1, config: { 'min.insync.replicas': '1' } }) } },
      ['one-replica words']
    ],
    quiet: [{ topics: { words: topic({ replicas: 3 }) } }]
  },
  {
    rule: 'one-in-sync',
    fires: [{ topics: { words: topic({ config: { 'min.insync.replicas': '1' } }) } }, ['one-in-sync words']],
    quiet: [{ topics: { words: topic({ config: { 'min.insync.replicas': '2' } }) } }]
  },
  {
    rule: 'all-in-sync',
    fires: [{ topics: { words: topic({ config: { 'min.insync.replicas': '3' } }) } }, ['all-in-sync words']],
    quiet: [{ topics: { words: topic({ replicas: 4, config: { 'min.insync.replicas': '3' } }) } }]
  },
  {
    rule: 'unclean-election',
    fires: [
      { topics: { words: topic({ config: { 'unclean.leader.election.enable': 'true' } }) } },
      ['unclean-election words']
    ],
    quiet: [{ topics: { words: topic({ config: { 'unclean.leader.election.enable': 'false' } }) } }]
  }
]
