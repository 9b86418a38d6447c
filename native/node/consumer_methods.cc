#include "../core/consumer.h"
#include "methods.h"

namespace millrace {

namespace {

using Partitions = std::vector<PartitionOffset>;

Session *session_of(const Arguments &call) { return Session::of(call.env, call.self, Session::Kind::kConsumer); }

Consumer *consumer_of(const Arguments &call) {
  Session *session = session_of(call);
  return session == nullptr ? nullptr : &session->client<Consumer>();
}

// bytes, places, maxRecords, maxRecordBytes. Answers the records taken; where the next one needs a larger
// slab, how large, below 0.
napi_value fill(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  Slab slab;
  if (consumer == nullptr || !js::slab(env, call.values, slab)) return nullptr;
  SlabWriter writer;
  if (!writer.attach(slab, call.integer(2), static_cast<int64_t>(call.number(3)))) {
    js::fail(env, RD_KAFKA_RESP_ERR__INVALID_ARG, "the header of the slab makes no sense");
    return nullptr;
  }
  const Filled filled = consumer->fill(writer);
  return js::of(env, filled.needs_bytes > 0 ? -static_cast<double>(filled.needs_bytes)
                                            : static_cast<double>(filled.records));
}

// topic, partition, epoch
napi_value deliver(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  if (Consumer *consumer = consumer_of(call)) consumer->deliver(call.text(0), call.integer(1), call.integer(2));
  return nullptr;
}

// topic, partition
napi_value drop(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  if (Consumer *consumer = consumer_of(call)) consumer->drop(call.text(0), call.integer(1));
  return nullptr;
}

template <Problem (Consumer::*change)(const Partitions &)>
napi_value with_partitions(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  return consumer == nullptr ? nullptr : js::of(env, (consumer->*change)(call.partitions(0)));
}

template <Problem (Consumer::*change)()>
napi_value without(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  return consumer == nullptr ? nullptr : js::of(env, (consumer->*change)());
}

template <bool (Consumer::*ask)() const>
napi_value whether(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  return consumer == nullptr ? nullptr : js::of(env, (consumer->*ask)());
}

napi_value subscribe(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  return consumer == nullptr ? nullptr : js::of(env, consumer->subscribe(js::texts(env, call.values[0])));
}

napi_value rebalance_protocol(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  return consumer == nullptr ? nullptr : js::of(env, consumer->rebalance_protocol());
}

napi_value end_offset(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Consumer *consumer = consumer_of(call);
  if (consumer == nullptr) return nullptr;
  return js::of(env, static_cast<double>(consumer->end_offset(call.text(0), call.integer(1))));
}

struct Positions {
  Problem problem;
  Partitions partitions;
};

// partitions, timeoutMs
template <Problem (Consumer::*ask)(Partitions &, int) const>
napi_value positions(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = session_of(call);
  if (session == nullptr) return nullptr;
  const auto answer = std::make_shared<Positions>();
  answer->partitions = call.partitions(0);
  const int32_t timeout_ms = call.integer(1);
  const Consumer &consumer = session->client<Consumer>();
  return session->call([=, &consumer] { answer->problem = (consumer.*ask)(answer->partitions, timeout_ms); },
                       [answer](napi_env in) {
                         napi_value object;
                         napi_create_object(in, &object);
                         js::set(in, object, "problem", js::of(in, answer->problem));
                         js::set(in, object, "partitions", js::of(in, answer->partitions));
                         return object;
                       });
}

}  // namespace

std::vector<napi_property_descriptor> consumer_methods() {
  return {method("fill", fill),
          method("deliver", deliver),
          method("drop", drop),
          method("pause", with_partitions<&Consumer::pause>),
          method("resume", with_partitions<&Consumer::resume>),
          method("subscribe", subscribe),
          method("unsubscribe", without<&Consumer::unsubscribe>),
          method("assign", with_partitions<&Consumer::assign>),
          method("incrementalAssign", with_partitions<&Consumer::incremental_assign>),
          method("unassign", without<&Consumer::unassign>),
          method("incrementalUnassign", with_partitions<&Consumer::incremental_unassign>),
          method("assignmentLost", whether<&Consumer::assignment_lost>),
          method("hasAssignment", whether<&Consumer::has_assignment>),
          method("rebalanceProtocol", rebalance_protocol),
          method("commit", with_partitions<&Consumer::commit>),
          method("endOffset", end_offset),
          method("seek", positions<&Consumer::seek>),
          method("committed", positions<&Consumer::committed>)};
}

}  // namespace millrace
