import { FILTER_HELP } from './filter-arguments.ts'

export const HELP = `Usage: millrace dlq <command>

  list              how many dead letters there are, why, and the last of them
  show POSITION     one of them: why, where it came from, how large it is
  redrive           put the records back into the input
  export            make a test of them that runs without Kafka

A POSITION is where a dead letter lies in DLQ_TOPIC: partition/offset, or
topic/partition/offset. The settings are those of millrace run.

list, redrive and export take
${FILTER_HELP}
  --limit N         list and export: the last N (10); redrive: no more than N
show
  --value           the record itself, too: key, headers and value
  --reveal          the same with an encrypted value decrypted, by the keys of
                    DLQ_ENCRYPTION_KEYS; export: so into the fixture
redrive
  --dry-run         only say what would be done
  --rate N          no more than N records a second
  What it has done is kept in the group GROUP_ID-redrive: it takes no dead
  letter twice, and goes on where it was stopped.
export
  POSITION ...      these, instead of a filter
  --out FILE        dead-letters.test.ts; the records go beside it, as .json
  --runner R        vitest or node; vitest if it is installed
  --expect processed   a test that fails until the pipeline is mended
`
