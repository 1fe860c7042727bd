#include "flume/module.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/configuration.h"
#include "event/module_library.h"
#include "io/posix_files.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string module(const std::string& name) { return FLUME_MODULES "/" + name + ".so"; }

std::string error_of(const std::string& name) {
  ComponentRegistry registry;
  return load_module(module(name), registry).message();
}

TEST(Module, is_loaded_when_its_type_is_first_asked_for) {
  ComponentRegistry registry;
  int loads = 0;
  registry.set_loader([&](const std::string& path, ComponentRegistry& to) {
    ++loads;
    return load_module(path, to);
  });
  registry.add_module_type({Kind::Sink, "counting", {"org.example.CountingSink"}, module("counting"), ""});
  EXPECT_THAT(registry.all(Kind::Sink), IsEmpty());
  EXPECT_THAT(registry.words(Kind::Sink), Contains("counting"));
  EXPECT_EQ(registry.find(Kind::Source, "counting").cause(), Cause::NotFound);
  EXPECT_EQ(loads, 0);

  const auto by_class = registry.find(Kind::Sink, "org.example.CountingSink");
  ASSERT_TRUE(by_class.ok()) << by_class.status().message();
  const auto by_alias = registry.find(Kind::Sink, "COUNTING");
  ASSERT_TRUE(by_alias.ok());
  EXPECT_EQ(*by_class, *by_alias);
  EXPECT_EQ(loads, 1);

  const ComponentInfo& info = **by_alias;
  EXPECT_TRUE(info.traits.extension);
  TestServices services;
  const auto sink = info.make<Sink>(info.make_options().get(), services.of("sinks.k1", "k1"));
  EXPECT_EQ(sink->limits().events, 7U);
}

TEST(Module, of_another_SDK_is_refused) {
  EXPECT_EQ(error_of("other_sdk"), "cannot use module " + module("other_sdk") + ": built for SDK 4711, this program has SDK " +
                                       std::to_string(kSdkAbi) + ": rebuild it");
}

TEST(Module, that_cannot_be_used_is_known_with_the_reason) {
  ComponentRegistry registry;
  registry.set_loader(load_module);
  registry.add_module_type({Kind::Sink, "counting", {}, module("other_sdk"), ""});
  registry.add_module_type({Kind::Source, "jms", {}, "", "built without Qpid Proton"});
  const auto found = registry.find(Kind::Sink, "counting");
  EXPECT_NE(found.cause(), Cause::NotFound);
  EXPECT_THAT(found.status().message(), AllOf(HasSubstr("sink type 'counting': cannot use module"), HasSubstr("built for SDK 4711")));
  EXPECT_EQ(registry.find(Kind::Source, "jms").status().message(), "source type 'jms' is not available: built without Qpid Proton");
}

TEST(Module, must_be_one) {
  EXPECT_EQ(error_of("no_module"), "cannot use module " + module("no_module") + ": it is not a flume-cpp module");
  const std::string text = testing::TempDir() + "text.so";
  std::ofstream(text) << "no library";
  ComponentRegistry registry;
  EXPECT_THAT(load_module(text, registry).message(), AllOf(HasSubstr("cannot load module: "), HasSubstr(text)));
  std::filesystem::remove(text);
}

TEST(Module, names_the_file_or_the_library_that_is_missing) {
  EXPECT_THAT(error_of("nowhere"), AllOf(HasSubstr("cannot load module: "), HasSubstr("nowhere.so")));
  EXPECT_THAT(error_of("needs_absent"), AllOf(HasSubstr("cannot load module: "), HasSubstr("libabsent.so")));
}

TEST(Module, may_not_throw_and_does_not_end_the_program) {
  EXPECT_EQ(error_of("throwing"), "module " + module("throwing") + ": it threw while it gave its components: there is no sink to wrap");
}

TEST(Module, cannot_replace_a_type_that_is_there) {
  ComponentRegistry registry;
  EXPECT_TRUE(load_module(module("counting"), registry).ok());
  EXPECT_THAT(load_module(module("counting"), registry).message(), HasSubstr("sink type 'counting' is there already"));
}

TEST(Module, of_our_own_is_found_beside_the_library_and_must_be_of_its_build) {
  EXPECT_TRUE(own_module_function("http", "flume_make_document_reader").ok());
  EXPECT_THAT(own_module_function("http", "flume_make_coffee").status().message(), HasSubstr("flume_http.so: it has no flume_make_coffee"));
  EXPECT_THAT(own_module_function("nowhere", "x").status().message(),
              AllOf(HasSubstr("cannot load module: "), HasSubstr("lib/modules/flume_nowhere.so")));
  EXPECT_EQ(own_module_function_in(module("counting"), "flume_components").status().message(),
            "cannot use module " + module("counting") + ": it is of another build than libflume.so; install both from one archive");
}

TEST(Module, differs_by_compiler_sanitizer_or_processor) {
  ModuleAbi theirs = kModuleAbi;
  EXPECT_EQ(abi_difference(theirs), "");
  theirs.compiler = 2 | 19 << 16;
  if (theirs.compiler != kModuleAbi.compiler) {
    EXPECT_THAT(abi_difference(theirs), HasSubstr("built with Clang 19"));
  }
  theirs = kModuleAbi;
  theirs.sanitizer = kModuleAbi.sanitizer == 1 ? 2 : 1;
  EXPECT_THAT(abi_difference(theirs), HasSubstr("Sanitizer"));
  theirs = kModuleAbi;
  theirs.pointer_bits = 32;
  EXPECT_EQ(abi_difference(theirs), "built for another processor");
  theirs.magic[0] = 'X';
  EXPECT_EQ(abi_difference(theirs), "it is not a flume-cpp module");
}

class PluginsPath : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plugins-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void add(const std::string& plugin, const std::string& library) const {
    std::filesystem::create_directories(folder_ + "/" + plugin + "/lib");
    std::filesystem::copy(module(library), folder_ + "/" + plugin + "/lib/" + library + ".so");
  }

  void fill(const std::vector<const char*>& arguments, const cli::Environment& environment) {
    PosixFiles files;
    cli::fill_registry(files, *cli::parse_command_line(arguments), environment, registry_, diagnostics_);
  }

  std::string folder_;
  ComponentRegistry registry_;
  config::Diagnostics diagnostics_;
};

TEST_F(PluginsPath, brings_the_components_of_its_modules) {
  add("ours", "counting");
  const std::string flag = "--plugins-path=/nowhere:" + folder_;
  fill({"describe", flag.c_str()}, {});
  EXPECT_TRUE(registry_.find(Kind::Sink, "counting").ok());
  EXPECT_THAT(diagnostics_.all(), IsEmpty());
}

TEST_F(PluginsPath, is_plugins_d_of_FLUME_HOME_by_default) {
  add("plugins.d/ours", "counting");
  fill({"describe"}, {{"FLUME_HOME", folder_}});
  EXPECT_TRUE(registry_.find(Kind::Sink, "counting").ok());
}

TEST_F(PluginsPath, tells_what_cannot_be_used_and_takes_the_rest) {
  add("a", "other_sdk");
  add("b", "counting");
  std::ofstream(folder_ + "/b/lib/plugin.jar") << "PK";
  const std::string flag = "--plugins-path=" + folder_;
  fill({"describe", flag.c_str()}, {});
  EXPECT_TRUE(registry_.find(Kind::Sink, "counting").ok());
  EXPECT_THAT(diagnostics_.to_lines(),
              AllOf(HasSubstr("other_sdk.so: error: cannot use module"), HasSubstr("plugin.jar: warning: a Java archive")));
}

}  // namespace
}  // namespace flume
