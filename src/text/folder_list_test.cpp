#include "text/folder_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FolderList, splits_at_commas_and_drops_what_is_empty) {
  EXPECT_THAT(folder_list(" /a/ ,\t/b//,, relative/c ,", "/home/f"), ElementsAre("/a", "/b", "relative/c"));
  EXPECT_THAT(folder_list("", "/home/f"), IsEmpty());
  EXPECT_THAT(folder_list(" , ", "/home/f"), IsEmpty());
}

TEST(FolderList, keeps_the_root) { EXPECT_THAT(folder_list("/,//", "/home/f"), ElementsAre("/", "/")); }

TEST(FolderList, puts_the_home_in_the_place_of_a_tilde) {
  EXPECT_THAT(folder_list("~,~/,~/data,~other/x,/a~", "/home/f"), ElementsAre("/home/f", "/home/f", "/home/f/data", "~other/x", "/a~"));
}

TEST(FolderList, leaves_dots_to_the_system_but_not_in_comparisons) {
  EXPECT_THAT(folder_list("/a/../b", "/home/f"), ElementsAre("/a/../b"));
  EXPECT_EQ(normal_folder("/a/../b/./c//d/"), "/b/c/d");
  EXPECT_EQ(normal_folder("/"), "/");
  EXPECT_EQ(normal_folder("data/."), "data");
}

}  // namespace
}  // namespace flume
