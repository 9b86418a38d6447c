#include "../core/producer.h"
#include "methods.h"

namespace millrace {

namespace {

Session *session_of(const Arguments &call) { return Session::of(call.env, call.self, Session::Kind::kProducer); }

Producer *producer_of(const Arguments &call) {
  Session *session = session_of(call);
  return session == nullptr ? nullptr : &session->client<Producer>();
}

// topics, partitions
napi_value set_outputs(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Producer *producer = producer_of(call);
  if (producer == nullptr) return nullptr;
  std::vector<Output> outputs;
  for (const std::string &topic : js::texts(env, call.values[0])) {
    napi_value count = nullptr;
    napi_get_element(env, call.values[1], static_cast<uint32_t>(outputs.size()), &count);
    outputs.push_back({topic, static_cast<int32_t>(js::number(env, count))});
  }
  if (!producer->set_outputs(outputs)) {
    js::fail(env, RD_KAFKA_RESP_ERR__INVALID_ARG, "these are not the topics that it was given before");
  }
  return nullptr;
}

// bytes, places, firstRow, endRow, batch, inputPartition. Answers the row after the last one
// taken; where one was refused, its error code is in `refusal`.
napi_value produce(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Producer *producer = producer_of(call);
  Slab slab;
  if (producer == nullptr || !js::slab(env, call.values, slab)) return nullptr;
  const Handed handed = producer->produce(slab, call.integer(2), call.integer(3),
                                          static_cast<uint64_t>(call.number(4)), call.integer(5));
  if (handed.code != 0) js::set(env, call.self, "refusal", js::of(env, static_cast<double>(handed.code)));
  return js::of(env, static_cast<double>(handed.row));
}

// Three numbers each: batch, code, rows. Undefined where there is nothing to tell.
napi_value deliveries(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Producer *producer = producer_of(call);
  if (producer == nullptr) return nullptr;
  const std::vector<Delivery> deliveries = producer->deliveries();
  if (deliveries.empty()) return nullptr;
  void *memory;
  napi_value buffer, array;
  napi_create_arraybuffer(env, deliveries.size() * 3 * sizeof(double), &memory, &buffer);
  auto *numbers = static_cast<double *>(memory);
  for (const Delivery &delivery : deliveries) {
    *numbers++ = static_cast<double>(delivery.batch);
    *numbers++ = delivery.code;
    *numbers++ = static_cast<double>(delivery.rows);
  }
  napi_create_typedarray(env, napi_float64_array, deliveries.size() * 3, buffer, 0, &array);
  return array;
}

// inFlight: boolean
napi_value purge(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Producer *producer = producer_of(call);
  return producer == nullptr ? nullptr : js::of(env, producer->purge(js::truth(env, call.values[0])));
}

napi_value begin_transaction(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Producer *producer = producer_of(call);
  return producer == nullptr ? nullptr : js::of(env, producer->begin_transaction());
}

napi_value problem_call(Session *session, std::function<Problem()> ask, Session *also = nullptr) {
  const auto problem = std::make_shared<Problem>();
  return session->call([=] { *problem = ask(); }, [problem](napi_env in) { return js::of(in, *problem); }, also);
}

// timeoutMs
template <Problem (Producer::*ask)(int) const>
napi_value within(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = session_of(call);
  if (session == nullptr) return nullptr;
  const Producer &producer = session->client<Producer>();
  const int32_t timeout_ms = call.integer(0);
  return problem_call(session, [=, &producer] { return (producer.*ask)(timeout_ms); });
}

// offsets, consumer, timeoutMs
napi_value send_offsets(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = session_of(call);
  Session *member = session == nullptr ? nullptr : Session::of(env, call.values[1], Session::Kind::kConsumer);
  if (member == nullptr) return nullptr;
  const Producer &producer = session->client<Producer>();
  rd_kafka_t *group = member->client().handle();
  const auto offsets = call.partitions(0);
  const int32_t timeout_ms = call.integer(2);
  return problem_call(
      session, [=, &producer] { return producer.send_offsets(offsets, group, timeout_ms); }, member);
}

}  // namespace

std::vector<napi_property_descriptor> producer_methods() {
  return {method("setOutputs", set_outputs),
          method("produce", produce),
          method("deliveries", deliveries),
          method("purge", purge),
          method("flush", within<&Producer::flush>),
          method("initTransactions", within<&Producer::init_transactions>),
          method("beginTransaction", begin_transaction),
          method("sendOffsets", send_offsets),
          method("commitTransaction", within<&Producer::commit_transaction>),
          method("abortTransaction", within<&Producer::abort_transaction>)};
}

}  // namespace millrace
