#include "components/sources/exec/command_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CommandWords, splits_at_runs_of_blanks) {
  EXPECT_THAT(command_words("", "tail  -F\t/tmp/events"), ElementsAre("tail", "-F", "/tmp/events"));
  EXPECT_THAT(command_words("", "  ls "), ElementsAre("ls"));
  EXPECT_THAT(command_words("", " "), IsEmpty());
  EXPECT_THAT(command_words("", "argv.sh $HOME *.in `date` | cat"), ElementsAre("argv.sh", "$HOME", "*.in", "`date`", "|", "cat"));
}

TEST(CommandWords, knows_no_quotes) { EXPECT_THAT(command_words("", "echo 'a b'"), ElementsAre("echo", "'a", "b'")); }

TEST(CommandWords, gives_the_whole_command_to_a_shell) {
  EXPECT_THAT(command_words("/bin/bash -c", "for i in a b; do echo $i; done"),
              ElementsAre("/bin/bash", "-c", "for i in a b; do echo $i; done"));
  EXPECT_THAT(command_words("argv.sh \"x y\"", "z"), ElementsAre("argv.sh", "\"x", "y\"", "z"));
  EXPECT_THAT(command_words("argv.sh", "one argument \"kept\""), ElementsAre("argv.sh", "one argument \"kept\""));
}

}  // namespace
}  // namespace flume
