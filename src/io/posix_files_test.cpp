#include "io/posix_files.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <numeric>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/lock_holder.h"

namespace flume {
namespace {

class PosixFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "posix_files_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string at(std::string_view name) const { return directory_ + "/" + std::string(name); }
  std::unique_ptr<File> create(const std::string& path, std::string_view content = "") {
    auto file = files_.open(path, OpenMode::CreateNew);
    EXPECT_TRUE(file.ok()) << file.status().message();
    EXPECT_TRUE((*file)->write_at(0, as_bytes(content)).ok());
    return std::move(*file);
  }
  std::string content(const std::string& path) {
    auto text = files_.read_all(path, 1 << 20);
    return text ? *text : text.status().message();
  }

  PosixFiles files_;
  std::string directory_;
};

TEST_F(PosixFilesTest, reads_what_was_written_at_an_offset) {
  auto file = create(at("a"), "hello world");
  ASSERT_TRUE(file->write_at(6, as_bytes("flume")).ok());
  std::array<std::byte, 64> buffer{};
  auto got = file->read_at(6, buffer);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(as_text(ByteView(buffer).first(*got)), "flume");
  EXPECT_EQ(*file->read_at(11, buffer), 0U);
  EXPECT_EQ(*file->size(), 11U);
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->truncate(5).ok());
  ASSERT_TRUE(file->close().ok());
  EXPECT_EQ(content(at("a")), "hello");
}

TEST_F(PosixFilesTest, gathers_more_pieces_than_one_call_takes) {
  auto file = create(at("a"));
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back(i % 7 == 0 ? "" : std::to_string(i) + ",");
  const std::vector<ByteView> pieces = [&] {
    std::vector<ByteView> views;
    for (const std::string& text : texts) views.push_back(as_bytes(text));
    return views;
  }();
  ASSERT_TRUE(file->write_at(0, pieces).ok());
  EXPECT_EQ(content(at("a")), std::accumulate(texts.begin(), texts.end(), std::string()));
}

TEST_F(PosixFilesTest, open_modes_create_and_refuse_as_they_say) {
  EXPECT_EQ(files_.open(at("a"), OpenMode::Read).cause(), Cause::NotFound);
  EXPECT_EQ(files_.open(at("a"), OpenMode::ReadWrite).cause(), Cause::NotFound);
  create(at("a"), "kept");
  const auto again = files_.open(at("a"), OpenMode::CreateNew);
  EXPECT_EQ(again.cause(), Cause::Exists);
  EXPECT_THAT(again.status().message(), testing::HasSubstr(at("a")));
  EXPECT_EQ(again.status().kind(), ErrorKind::Retryable);
  auto opened = files_.open(at("a"), OpenMode::CreateOrOpen);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*(*opened)->size(), 4U);
}

TEST_F(PosixFilesTest, a_child_does_not_inherit_an_open_file) {
  const auto file = create(at("a"));
  const std::string own = std::filesystem::canonical(at("a"));
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) != own) continue;
    ++found;
    EXPECT_NE(::fcntl(std::stoi(entry.path().filename().string()), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(PosixFilesTest, rename_overwrites_only_when_told) {
  create(at("a"), "new");
  create(at("b"), "old");
  EXPECT_EQ(files_.rename(at("a"), at("b"), false).cause(), Cause::Exists);
  EXPECT_EQ(content(at("b")), "old");
  ASSERT_TRUE(files_.rename(at("a"), at("b"), true).ok());
  EXPECT_EQ(content(at("b")), "new");
  ASSERT_TRUE(files_.rename(at("b"), at("c"), false).ok());
  EXPECT_EQ(files_.rename(at("b"), at("c"), false).cause(), Cause::NotFound);
}

TEST_F(PosixFilesTest, rename_by_link_never_overwrites_and_leaves_one_name) {
  create(at("a"), "new");
  create(at("b"), "old");
  EXPECT_EQ(rename_by_link(at("a"), at("b")).cause(), Cause::Exists);
  EXPECT_EQ(content(at("a")), "new");
  EXPECT_EQ(content(at("b")), "old");
  ASSERT_TRUE(rename_by_link(at("a"), at("c")).ok());
  EXPECT_THAT(*files_.list(directory_), testing::UnorderedElementsAre("b", "c"));
}

TEST_F(PosixFilesTest, makes_directories_with_their_parents) {
  ASSERT_TRUE(files_.make_directories(at("x/y//z/")).ok());
  ASSERT_TRUE(files_.make_directories(at("x/y/z")).ok());
  EXPECT_TRUE(files_.info(at("x/y/z"))->is_directory);
  create(at("file"));
  const Status through_a_file = files_.make_directories(at("file/sub"));
  EXPECT_EQ(through_a_file.cause(), Cause::WrongType);
  EXPECT_THAT(through_a_file.message(), testing::EndsWith("/file/sub: " + at("file") + " is a file, not a directory"));
  EXPECT_EQ(files_.make_directories(at("file")).cause(), Cause::WrongType);
}

TEST_F(PosixFilesTest, names_the_file_that_stands_where_a_directory_is_needed) {
  create(at("file"));
  const std::string reason = at("file") + " is a file, not a directory";
  EXPECT_THAT(files_.open(at("file/sub/a"), OpenMode::CreateNew).status().message(), testing::EndsWith("/sub/a: " + reason));
  EXPECT_EQ(files_.open(at("file/sub/a"), OpenMode::CreateNew).cause(), Cause::NotFound);
  EXPECT_THAT(files_.list(at("file")).status().message(), testing::EndsWith(reason));
  EXPECT_THAT(files_.check_writable(at("file")).message(), testing::EndsWith(reason));
}

TEST_F(PosixFilesTest, keeps_the_errno_of_a_link_that_leads_nowhere) {
  ASSERT_EQ(::symlink("nowhere", at("link").c_str()), 0);
  EXPECT_THAT(files_.make_directories(at("link/sub")).message(), testing::EndsWith("/link: File exists"));
}

TEST_F(PosixFilesTest, removes_files_and_empty_directories) {
  ASSERT_TRUE(files_.make_directories(at("d")).ok());
  create(at("d/f"));
  EXPECT_EQ(files_.remove(at("d")).cause(), Cause::Exists);
  ASSERT_TRUE(files_.remove(at("d/f")).ok());
  ASSERT_TRUE(files_.remove(at("d")).ok());
  EXPECT_EQ(files_.remove(at("d")).cause(), Cause::NotFound);
}

TEST_F(PosixFilesTest, info_tells_size_kind_mode_and_identity) {
  auto file = files_.open(at("a"), OpenMode::CreateNew, 0600);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write_at(0, as_bytes("12345")).ok());
  const auto info = files_.info(at("a"));
  ASSERT_TRUE(info.ok());
  EXPECT_TRUE(info->is_regular);
  EXPECT_FALSE(info->is_directory);
  EXPECT_EQ(info->size, 5U);
  EXPECT_EQ(info->mode, 0600U);
  EXPECT_EQ(info->owner, ::geteuid());
  EXPECT_GT(info->modified, WallTime{});
  ASSERT_TRUE(files_.rename(at("a"), at("b"), false).ok());
  EXPECT_EQ(files_.info(at("b"))->inode, info->inode);
  EXPECT_EQ(files_.info(at("b"))->device, info->device);
}

TEST_F(PosixFilesTest, replace_leaves_the_new_content_and_no_other_file) {
  create(at("state"), "old and longer");
  create(at("state.new"), "left by a crash");
  ASSERT_TRUE(files_.replace(at("state"), "new").ok());
  EXPECT_EQ(content(at("state")), "new");
  EXPECT_THAT(*files_.list(directory_), testing::ElementsAre("state"));
}

TEST_F(PosixFilesTest, a_full_device_is_told_as_no_space) {
  auto file = files_.open("/dev/full", OpenMode::ReadWrite);
  if (!file) GTEST_SKIP() << "needs /dev/full: " << file.status().message();
  const Status status = (*file)->write_at(0, as_bytes("x"));
  EXPECT_EQ(status.cause(), Cause::NoSpace);
  EXPECT_THAT(status.message(), testing::HasSubstr("/dev/full"));
}

TEST_F(PosixFilesTest, a_failed_sync_stays_failed) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  auto file = files_.open(at("pipe"), OpenMode::ReadWrite);  // pipes cannot be synced: EINVAL
  ASSERT_TRUE(file.ok());
  const Status first = (*file)->sync();
  ASSERT_FALSE(first.ok());
  ASSERT_TRUE((*file)->close().ok());
  EXPECT_EQ((*file)->sync().message(), first.message()) << "not the EBADF of the closed descriptor";
}

TEST_F(PosixFilesTest, a_pipe_is_read_to_its_end) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  std::jthread writer([this] {
    const int descriptor = ::open(at("pipe").c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::write(descriptor, "a1.sources = r1\n", 16), 16);
    ::close(descriptor);
  });
  EXPECT_EQ(content(at("pipe")), "a1.sources = r1\n");
}

TEST_F(PosixFilesTest, use_after_close_is_an_error_not_a_crash) {
  auto file = create(at("a"));
  ASSERT_TRUE(file->close().ok());
  ASSERT_TRUE(file->close().ok());
  EXPECT_FALSE(file->write_at(0, as_bytes("x")).ok());
  EXPECT_FALSE(file->sync().ok());
  EXPECT_FALSE(file->size().ok());
}

TEST_F(PosixFilesTest, directories_sync_and_tell_free_space_and_access) {
  EXPECT_TRUE(files_.sync_directory(directory_).ok());
  EXPECT_EQ(files_.sync_directory(at("absent")).cause(), Cause::NotFound);
  EXPECT_TRUE(files_.free_space(directory_).ok());
  EXPECT_EQ(files_.free_space(at("absent")).cause(), Cause::NotFound);
  EXPECT_TRUE(files_.check_writable(directory_).ok());
  EXPECT_EQ(files_.check_writable(at("absent")).cause(), Cause::NotFound);
  create(at("file"));
  EXPECT_FALSE(files_.check_writable(at("file")).ok());

  std::filesystem::permissions(directory_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const bool is_root = ::geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  if (is_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);  // root may write anywhere
  }
  const Status refused = files_.check_writable(directory_);
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  EXPECT_EQ(refused.cause(), Cause::Permission);
}

TEST_F(PosixFilesTest, a_locked_file_names_the_process_that_has_it_until_it_is_let_go) {
  auto first = files_.lock(at("in_use.lock"));
  ASSERT_TRUE(first.ok()) << first.status().message();
  const auto second = files_.lock(at("in_use.lock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.cause(), Cause::Exists);
  EXPECT_THAT(second.status().message(), testing::HasSubstr("in_use.lock is in use by process " + std::to_string(::getpid())));
  first->reset();
  EXPECT_TRUE(files_.lock(at("in_use.lock")).ok());
}

TEST_F(PosixFilesTest, tells_who_has_a_lock_and_changes_nothing) {
  EXPECT_FALSE(lock_holder(at("in_use.lock"))->has_value());
  EXPECT_EQ(files_.info(at("in_use.lock")).cause(), Cause::NotFound) << "looking makes no file";
  auto held = files_.lock(at("in_use.lock"));
  ASSERT_TRUE(held.ok()) << held.status().message();
  EXPECT_EQ(*lock_holder(at("in_use.lock")), std::to_string(::getpid()) + " (this one)");
  EXPECT_EQ(files_.lock(at("in_use.lock")).cause(), Cause::Exists) << "looking does not let it go";
  held->reset();
  EXPECT_FALSE(lock_holder(at("in_use.lock"))->has_value());
}

TEST_F(PosixFilesTest, a_lock_excludes_the_posix_lock_of_another_process) {
  const int descriptor = ::open(at("in_use.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_GE(descriptor, 0);
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    const char answer = ::fcntl(descriptor, F_SETLK, &whole) == 0 ? 'y' : 'n';
    static_cast<void>(::write(ready[1], &answer, 1) + ::pause());
    ::_exit(0);
  }
  char answer = 0;
  EXPECT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(*lock_holder(at("in_use.lock")), std::to_string(child));
  const auto refused = files_.lock(at("in_use.lock"));
  EXPECT_EQ(refused.cause(), Cause::Exists);
  EXPECT_THAT(refused.status().ok() ? "" : refused.status().message(), testing::HasSubstr("in use by process " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  ::close(descriptor);
}

}  // namespace
}  // namespace flume
