// The functions of librdkafka's public C API that are used, by pointers: which library they come from is decided when
// the process runs, and nothing has to be beside the addon when it is built but the header.
#pragma once

#include <string>

#include "rdkafka.h"

#define MILLRACE_LIBRDKAFKA_FUNCTIONS(X)                                                                              \
  X(rd_kafka_version)                                                                                                 \
  X(rd_kafka_version_str)                                                                                             \
  X(rd_kafka_err2str)                                                                                                 \
  X(rd_kafka_conf_new)                                                                                                \
  X(rd_kafka_conf_destroy)                                                                                            \
  X(rd_kafka_conf_set)                                                                                                \
  X(rd_kafka_conf_set_events)                                                                                         \
  X(rd_kafka_conf_set_log_cb)                                                                                         \
  X(rd_kafka_conf_enable_sasl_queue)                                                                                  \
  X(rd_kafka_sasl_background_callbacks_enable)                                                                        \
  X(rd_kafka_new)                                                                                                     \
  X(rd_kafka_destroy_flags)                                                                                           \
  X(rd_kafka_fatal_error)                                                                                             \
  X(rd_kafka_poll_set_consumer)                                                                                       \
  X(rd_kafka_set_log_queue)                                                                                           \
  X(rd_kafka_queue_new)                                                                                               \
  X(rd_kafka_queue_destroy)                                                                                           \
  X(rd_kafka_queue_get_main)                                                                                          \
  X(rd_kafka_queue_get_consumer)                                                                                      \
  X(rd_kafka_queue_get_partition)                                                                                     \
  X(rd_kafka_queue_forward)                                                                                           \
  X(rd_kafka_queue_cb_event_enable)                                                                                   \
  X(rd_kafka_queue_poll)                                                                                              \
  X(rd_kafka_event_type)                                                                                              \
  X(rd_kafka_event_destroy)                                                                                           \
  X(rd_kafka_event_error)                                                                                             \
  X(rd_kafka_event_error_string)                                                                                      \
  X(rd_kafka_event_error_is_fatal)                                                                                    \
  X(rd_kafka_event_log)                                                                                               \
  X(rd_kafka_event_stats)                                                                                             \
  X(rd_kafka_event_topic_partition_list)                                                                              \
  X(rd_kafka_event_message_next)                                                                                      \
  X(rd_kafka_consume_batch_queue)                                                                                     \
  X(rd_kafka_message_destroy)                                                                                         \
  X(rd_kafka_message_timestamp)                                                                                       \
  X(rd_kafka_message_leader_epoch)                                                                                    \
  X(rd_kafka_message_headers)                                                                                         \
  X(rd_kafka_message_errstr)                                                                                          \
  X(rd_kafka_header_get_all)                                                                                          \
  X(rd_kafka_headers_new)                                                                                             \
  X(rd_kafka_headers_destroy)                                                                                         \
  X(rd_kafka_header_add)                                                                                              \
  X(rd_kafka_topic_new)                                                                                               \
  X(rd_kafka_topic_destroy)                                                                                           \
  X(rd_kafka_topic_name)                                                                                              \
  X(rd_kafka_produceva)                                                                                               \
  X(rd_kafka_flush)                                                                                                   \
  X(rd_kafka_purge)                                                                                                   \
  X(rd_kafka_error_code)                                                                                              \
  X(rd_kafka_error_string)                                                                                            \
  X(rd_kafka_error_is_fatal)                                                                                          \
  X(rd_kafka_error_is_retriable)                                                                                      \
  X(rd_kafka_error_destroy)                                                                                           \
  X(rd_kafka_metadata)                                                                                                \
  X(rd_kafka_metadata_destroy)                                                                                        \
  X(rd_kafka_topic_partition_list_new)                                                                                \
  X(rd_kafka_topic_partition_list_add)                                                                                \
  X(rd_kafka_topic_partition_list_destroy)                                                                            \
  X(rd_kafka_subscribe)                                                                                               \
  X(rd_kafka_unsubscribe)                                                                                             \
  X(rd_kafka_assign)                                                                                                  \
  X(rd_kafka_incremental_assign)                                                                                      \
  X(rd_kafka_incremental_unassign)                                                                                    \
  X(rd_kafka_assignment)                                                                                              \
  X(rd_kafka_assignment_lost)                                                                                         \
  X(rd_kafka_rebalance_protocol)                                                                                      \
  X(rd_kafka_pause_partitions)                                                                                        \
  X(rd_kafka_resume_partitions)                                                                                       \
  X(rd_kafka_seek_partitions)                                                                                         \
  X(rd_kafka_committed)                                                                                               \
  X(rd_kafka_commit_queue)                                                                                            \
  X(rd_kafka_get_watermark_offsets)                                                                                   \
  X(rd_kafka_consumer_close)                                                                                          \
  X(rd_kafka_consumer_group_metadata)                                                                                 \
  X(rd_kafka_consumer_group_metadata_destroy)                                                                         \
  X(rd_kafka_init_transactions)                                                                                       \
  X(rd_kafka_begin_transaction)                                                                                       \
  X(rd_kafka_send_offsets_to_transaction)                                                                             \
  X(rd_kafka_commit_transaction)                                                                                      \
  X(rd_kafka_abort_transaction)

namespace millrace::rdk {

#define MILLRACE_DECLARE(name) extern decltype(&::name) name;
MILLRACE_LIBRDKAFKA_FUNCTIONS(MILLRACE_DECLARE)
#undef MILLRACE_DECLARE

// Once a process. Answers why not, or nothing.
std::string load(const std::string &path);

// The file that the functions come from, as the loader found it.
const char *loaded_from();

}  // namespace millrace::rdk
