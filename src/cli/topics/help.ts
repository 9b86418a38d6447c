export const HELP = `Usage: millrace topics [command]

  describe          the topics of the pipeline, their settings, and what check
                    says; what is done without a command
  check             what of them is unsafe, why, and what to do about it;
                    exit code 1 if something is
  create            creates those that are missing, with safe settings
  grow TOPIC        gives more partitions to a topic, which is named by its name
                    or by its role: input, processed, dead-letters, cleaned ...

The settings are those of millrace run.

create
  --partitions N    as many as the input has; TOPIC_PARTITIONS if there is none
  --replication N   TOPIC_REPLICATION
  --dry-run         only say what would be created
grow
  --partitions N    how many it is to have
  --yes             though the order of a key's records, or the compaction of
                    the topic, suffers by it
  --dry-run         only say what it would do
`
