// The contract of flume/channel.h as a suite that every channel must pass. A channel's conformance program includes
// this once and registers itself:
//   INSTANTIATE_TEST_SUITE_P(Memory, ChannelConformance, testing::Values(ChannelFactory{"memory", make_memory}));
// Time is the SimClock's; what waits, waits until the test wakes it: a lost wake-up hangs, and shows.
#pragma once

#include "conformance/channel_fixture.h"
#include "conformance/channel_model.h"
#include "conformance/channel_put_contract.h"
#include "conformance/channel_state_contract.h"
#include "conformance/channel_take_contract.h"
#include "conformance/channel_thread_contract.h"
