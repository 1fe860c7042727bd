#include "text/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <algorithm>
#include <array>
#include <cstring>
#include <pcre2.h>
#include <utility>

#include <fmt/format.h>

#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::uint32_t kMostHeapKiB = 64 * 1024;
constexpr std::uint32_t kMostDepth = 1'000'000;
constexpr std::size_t kFirstJitStack = 32 * 1024;
constexpr std::size_t kMostJitStack = 1024 * 1024;

struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct ContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct CompileContextDeleter {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
struct StackDeleter {
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
using CodePointer = std::unique_ptr<pcre2_code, CodeDeleter>;

std::string error_text(int number) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(number, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

struct Compiled {
  CodePointer code;
  int error = 0;
  std::size_t offset = 0;
};

Compiled compile_translated(std::string_view pattern, bool whole_subject) {
  const std::unique_ptr<pcre2_compile_context, CompileContextDeleter> context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  std::uint32_t flags = PCRE2_UTF | PCRE2_NO_UTF_CHECK;
  if (whole_subject) flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
  Compiled result;
  PCRE2_SIZE offset = 0;
  result.code.reset(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &result.error, &offset, context.get()));
  result.offset = offset;
  // Without JIT (hardened kernels, other processors) the interpreter takes over by itself.
  if (result.code) pcre2_jit_compile(result.code.get(), PCRE2_JIT_COMPLETE);
  return result;
}

/// U+0085 is C2 85, U+2028 and U+2029 are E2 80 A8 and A9.
bool has_unicode_line_end(std::string_view text) {
  for (std::size_t at = text.find('\x85'); at != std::string_view::npos; at = text.find('\x85', at + 1))
    if (at > 0 && text[at - 1] == '\xC2') return true;
  for (std::size_t at = text.find("\xE2\x80"); at != std::string_view::npos; at = text.find("\xE2\x80", at + 2))
    if (at + 2 < text.size() && (text[at + 2] == '\xA8' || text[at + 2] == '\xA9')) return true;
  return false;
}

}  // namespace

/// What copies share; never changes.
struct Regex::Code {
  [[nodiscard]] static bool is_machine_code(const CodePointer& code) {
    std::size_t size = 0;
    return code && pcre2_pattern_info(code.get(), PCRE2_INFO_JITSIZE, &size) == 0 && size != 0;
  }

  std::string pattern;
  JavaPattern translated;
  CodePointer plain;
  CodePointer exact;  // null: plain holds for every subject
  bool is_plain_machine_code = false;
  bool is_exact_machine_code = false;
};

/// What one thread needs to match.
struct Regex::Matcher {
  explicit Matcher(const Code& code)
      : data(pcre2_match_data_create_from_pattern(code.plain.get(), nullptr)),
        context(pcre2_match_context_create(nullptr)),
        jit_stack(pcre2_jit_stack_create(kFirstJitStack, kMostJitStack, nullptr)) {
    pcre2_set_match_limit(context.get(), kMostSteps);
    pcre2_set_heap_limit(context.get(), kMostHeapKiB);
    pcre2_set_depth_limit(context.get(), kMostDepth);
    pcre2_jit_stack_assign(context.get(), nullptr, jit_stack.get());
  }

  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
  std::unique_ptr<pcre2_match_context, ContextDeleter> context;
  std::unique_ptr<pcre2_jit_stack, StackDeleter> jit_stack;
  std::string decoded;  // a subject that was not UTF-8
  // The walk over the matches of a subject.
  std::string_view subject;
  const pcre2_code* chosen = nullptr;  // that holds for it
  bool is_machine_code = false;        // what was chosen
  std::size_t from = 0;                // where the next match may begin; behind the end: it is over
};

Result<Regex> Regex::compile(std::string_view java_pattern, const RegexOptions& options) {
  auto translated = translate_java_pattern(java_pattern, options);
  if (!translated) return std::move(translated).status();
  auto code = std::make_shared<Code>();
  code->pattern = java_pattern;
  code->translated = *std::move(translated);
  const JavaPattern& patterns = code->translated;
  Compiled plain = compile_translated(patterns.plain, options.whole_subject);
  if (!plain.code) {
    std::size_t column = 1;
    for (const auto& [offset, from] : patterns.columns)
      if (offset <= plain.offset) column = from;
    return invalid_config(fmt::format("regular expression '{}': column {}: {}", java_pattern, column, error_text(plain.error)));
  }
  code->plain = std::move(plain.code);
  if (patterns.depends_on_line_ends || patterns.depends_on_word_ends) {
    Compiled exact = compile_translated(patterns.exact, options.whole_subject);
    if (!exact.code) return invalid_config(fmt::format("regular expression '{}': {}", java_pattern, error_text(exact.error)));
    code->exact = std::move(exact.code);
  }
  code->is_plain_machine_code = Code::is_machine_code(code->plain);
  code->is_exact_machine_code = Code::is_machine_code(code->exact);
  return Regex(std::move(code));
}

Regex::Regex(std::shared_ptr<const Code> code) : code_(std::move(code)), matcher_(std::make_unique<Matcher>(*code_)) {}
Regex::Regex(const Regex& other) : Regex(other.code_) {}
Regex& Regex::operator=(const Regex& other) {
  if (this != &other) *this = Regex(other);
  return *this;
}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

const std::string& Regex::pattern() const noexcept { return code_->pattern; }
std::size_t Regex::group_count() const noexcept { return code_->translated.group_names.size() - 1; }

std::optional<std::size_t> Regex::group_number(std::string_view name) const noexcept {
  const auto& names = code_->translated.group_names;
  const auto found = std::find(names.begin() + 1, names.end(), name);
  if (found == names.end() || name.empty()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

void Regex::begin(std::string_view subject) {
  const JavaPattern& patterns = code_->translated;
  const bool is_ascii = ascii_prefix(subject) == subject.size();
  if (!is_ascii && !is_valid_utf8(subject)) {
    matcher_->decoded.clear();
    append_valid_utf8(subject, Utf8End::Replace, matcher_->decoded);
    subject = matcher_->decoded;
  }
  matcher_->chosen = code_->plain.get();
  matcher_->is_machine_code = code_->is_plain_machine_code;
  if (code_->exact) {
    const bool words_differ = patterns.depends_on_word_ends && !is_ascii;
    const bool lines_differ =
        patterns.depends_on_line_ends && (subject.find('\r') != std::string_view::npos || (!is_ascii && has_unicode_line_end(subject)));
    if (words_differ || lines_differ) {
      matcher_->chosen = code_->exact.get();
      matcher_->is_machine_code = code_->is_exact_machine_code;
    }
  }
  matcher_->subject = subject.data() == nullptr ? std::string_view("") : subject;
  matcher_->from = 0;
}

std::string_view Regex::subject() const noexcept { return matcher_->subject; }

Result<std::uint32_t> Regex::match(std::size_t from) {
  const std::string_view subject = matcher_->subject;
  const auto* bytes = reinterpret_cast<PCRE2_SPTR>(subject.data());
  const auto attempt = [&](std::uint32_t flags) {
    return pcre2_match(matcher_->chosen, bytes, subject.size(), from, PCRE2_NO_UTF_CHECK | flags, matcher_->data.get(),
                       matcher_->context.get());
  };
  // The short way looks at no options and checks no UTF-8: there is nothing of that to look at here.
  int result = matcher_->is_machine_code
                   ? pcre2_jit_match(matcher_->chosen, bytes, subject.size(), from, 0, matcher_->data.get(), matcher_->context.get())
                   : attempt(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = attempt(PCRE2_NO_JIT);  // the interpreter's stack is the heap, with its own bound
  if (result == PCRE2_ERROR_NOMATCH) return 0U;
  if (result < 0)
    return rejected(fmt::format("regular expression '{}' on {} bytes: {} (at most {} steps); make the pattern less ambiguous",
                                code_->pattern, subject.size(), error_text(result), kMostSteps));
  return static_cast<std::uint32_t>(result);
}

void Regex::read_groups(std::uint32_t count, Groups& groups) const {
  groups.clear();
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(matcher_->data.get());
  for (std::size_t group = 0; group <= group_count(); ++group) {
    const PCRE2_SIZE begin = offsets[2 * group];
    const PCRE2_SIZE end = offsets[2 * group + 1];
    if (group >= count || begin == PCRE2_UNSET)
      groups.emplace_back(std::nullopt);
    else
      groups.emplace_back(matcher_->subject.substr(begin, end - begin));
  }
}

Result<bool> Regex::find(std::string_view subject) {
  begin(subject);
  const auto count = match(0);
  if (!count) return count.status();
  return *count != 0;
}

Result<bool> Regex::find(std::string_view subject, Groups& groups) {
  begin(subject);
  return next(groups);
}

Result<bool> Regex::next(Groups& groups) {
  groups.clear();
  const std::string_view subject = matcher_->subject;
  if (matcher_->from > subject.size()) return false;
  const auto count = match(matcher_->from);
  if (!count || *count == 0) matcher_->from = subject.size() + 1;
  if (!count) return count.status();
  if (*count == 0) return false;
  read_groups(*count, groups);
  const auto end = static_cast<std::size_t>(groups[0]->data() + groups[0]->size() - subject.data());
  matcher_->from = end;
  if (groups[0]->empty()) {
    do ++matcher_->from;
    while (matcher_->from < subject.size() && (static_cast<unsigned char>(subject[matcher_->from]) & 0xC0U) == 0x80U);
  }
  return true;
}

}  // namespace flume
