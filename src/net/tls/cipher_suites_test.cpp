#include "net/tls/cipher_suites.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::tls {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Chosen {
  SuiteChoice suites;
  std::vector<std::string> problems;
};

Chosen choose(const std::optional<Names>& include, const std::optional<Names>& exclude = {}) {
  std::vector<NameProblem> problems;
  Chosen chosen{chosen_suites({.exclude_cipher_suites = exclude, .include_cipher_suites = include}, problems), {}};
  for (const NameProblem& problem : problems) chosen.problems.push_back(std::string(problem.key) + ": " + problem.message);
  return chosen;
}

std::string versions(const std::optional<Names>& include, const std::optional<Names>& exclude = {},
                     std::vector<NameProblem>* told = nullptr) {
  std::vector<NameProblem> problems;
  const VersionSet set = chosen_versions({.exclude_protocols = exclude, .include_protocols = include}, problems);
  if (told != nullptr) *told = problems;
  return names_of(set);
}

TEST(CipherSuites, have_Javas_names_and_libssls) {
  std::vector<std::string> names;
  for (const CipherSuite& suite : cipher_suites()) names.push_back(suite.name);
  EXPECT_THAT(names, AllOf(Contains("TLS_AES_128_GCM_SHA256"), Contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                           Contains("TLS_RSA_WITH_AES_256_CBC_SHA"), Contains("TLS_AES_128_CCM_SHA256")));
  EXPECT_THAT(names, Not(Contains(HasSubstr("anon"))));
  EXPECT_THAT(names, Not(Contains(HasSubstr("NULL"))));
  EXPECT_EQ(std::ranges::count_if(names, [](const std::string& name) { return name.find("_WITH_") == std::string::npos; }), 5);
}

TEST(CipherSuites, go_into_the_list_of_their_protocol) {
  const Chosen chosen = choose(Names{"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES256-GCM-SHA384"});
  EXPECT_EQ(chosen.suites.of_tls13, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(chosen.suites.up_to_tls12, "ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA");
  EXPECT_THAT(chosen.problems, IsEmpty());
}

TEST(CipherSuites, of_the_oldest_protocol_are_SSL_in_Java) {
  EXPECT_EQ(choose(Names{"SSL_RSA_WITH_AES_128_CBC_SHA"}).suites.up_to_tls12, "AES128-SHA");
}

TEST(CipherSuites, are_left_out_when_they_are_excluded) {
  const Chosen all = choose({});
  EXPECT_THAT(all.suites.up_to_tls12, HasSubstr("ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_THAT(all.suites.of_tls13, HasSubstr("TLS_AES_128_GCM_SHA256"));
  const Chosen some = choose({}, Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"});
  EXPECT_THAT(some.suites.up_to_tls12, Not(HasSubstr("ECDHE-RSA-AES128-GCM-SHA256")));
  EXPECT_THAT(some.suites.of_tls13, Not(HasSubstr("TLS_AES_128_GCM_SHA256")));
  EXPECT_EQ(choose(Names{"TLS_AES_128_GCM_SHA256"}, Names{"TLS_AES_128_GCM_SHA256"}).suites.of_tls13, "");
  EXPECT_EQ(choose(Names{}).suites.up_to_tls12, all.suites.up_to_tls12) << "an empty include list is none";
}

TEST(CipherSuites, that_nobody_knows_are_told_with_the_one_that_was_probably_meant) {
  EXPECT_THAT(
      choose(Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265"}).problems,
      ElementsAre("include-cipher-suites: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265' is no cipher suite and changes nothing, did you mean "
                  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256?"));
  EXPECT_THAT(choose({}, Names{"TLS_RSA_WIHT_AES_128_CBC_SHA"}).problems,
              ElementsAre(HasSubstr("did you mean TLS_RSA_WITH_AES_128_CBC_SHA?")));
  EXPECT_THAT(choose({}, Names{"A,B"}).problems, ElementsAre(HasSubstr("separated by blanks")));
}

TEST(CipherSuites, of_old_times_may_be_excluded_though_nobody_has_them) {
  const Names old{"SSL_RSA_WITH_RC4_128_MD5", "SSL_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_KRB5_WITH_3DES_EDE_CBC_MD5",
                  "TLS_RSA_WITH_NULL_SHA256", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "TLS_DH_anon_WITH_AES_128_GCM_SHA256"};
  EXPECT_THAT(choose({}, old).problems, IsEmpty());
  EXPECT_EQ(choose({}, old).suites.up_to_tls12, choose({}).suites.up_to_tls12);
  EXPECT_THAT(choose(Names{"SSL_RSA_WITH_RC4_128_MD5"}).problems, ElementsAre(HasSubstr("changes nothing: this version's libssl")));
}

TEST(TlsVersions, are_the_two_safe_ones_unless_something_is_said) {
  EXPECT_EQ(versions({}), "TLSv1.2, TLSv1.3");
  EXPECT_EQ(versions(Names{}), "TLSv1.2, TLSv1.3");
  EXPECT_EQ(versions({}, Names{"SSLv3", "SSLv2Hello", "TLSv1"}), "TLSv1.2, TLSv1.3");
  EXPECT_EQ(versions({}, Names{"TLSv1.3"}), "TLSv1.2");
  EXPECT_EQ(versions(Names{"TLSv1", "TLSv1.3"}), "TLSv1, TLSv1.3");
  EXPECT_EQ(versions(Names{"SSLv3"}), "");
}

TEST(TlsVersions, that_nobody_knows_are_told) {
  std::vector<NameProblem> problems;
  EXPECT_EQ(versions(Names{"TLSv1.2", "TLSv12", "TLSv1.2,TLSv1.3", "x"}, {}, &problems), "TLSv1.2");
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].message, "'TLSv12' is no protocol and changes nothing, did you mean TLSv1.2?");
  EXPECT_THAT(problems[1].message, HasSubstr("separated by blanks"));
  EXPECT_THAT(problems[2].message, HasSubstr("there are TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"));
  EXPECT_EQ(problems[2].key, "include-protocols");
}

}  // namespace
}  // namespace flume::tls
