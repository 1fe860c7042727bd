#include <algorithm>
#include <utility>

#include "components/sources/http/request_events.h"
#include "text/utf8.h"

namespace flume {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A name or value of a query (WHATWG URL, 5.1): + is a blank, %XX a byte; other percent signs stand for themselves.
std::string decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      bytes += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      bytes += text[i] == '+' ? ' ' : text[i];
    }
  }
  if (is_valid_utf8(bytes)) return bytes;
  std::string valid;
  append_valid_utf8(bytes, Utf8End::Replace, valid);
  return valid;
}

/// Of a name that comes more than once, the first.
HttpHeaders parameters_of(std::string_view target) {
  HttpHeaders parameters;
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos) return parameters;
  for (std::size_t at = query + 1; at <= target.size();) {
    const std::size_t end = std::min(target.find('&', at), target.size());
    const std::string_view pair = target.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = decoded(pair.substr(0, equals));
    if (std::ranges::any_of(parameters, [&name](const auto& each) { return each.first == name; })) continue;
    parameters.emplace_back(std::move(name), decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return parameters;
}

std::optional<RequestRefusal> add_body(BatchBuilder& builder, std::string_view body) {
  if (builder.body(body).ok()) return std::nullopt;
  return RequestRefusal{413, "the event is too large"};
}

class BlobEvents final : public RequestEvents {
 public:
  explicit BlobEvents(std::vector<std::string> mandatory) : mandatory_(std::move(mandatory)) {}

  std::optional<RequestRefusal> build(HttpRequest& request, BatchBuilder& builder) override {
    const HttpHeaders parameters = parameters_of(request.target);
    for (const std::string& name : mandatory_) {
      if (std::ranges::none_of(parameters, [&name](const auto& each) { return each.first == name; })) {
        return RequestRefusal{500, "the parameter " + name + " is missing in the query; mandatoryParameters asks for it"};
      }
    }
    for (const auto& [name, value] : parameters) builder.header(name, value);
    return add_body(builder, request.body);
  }

 private:
  const std::vector<std::string> mandatory_;
};

class LineEvents final : public RequestEvents {
 public:
  std::optional<RequestRefusal> build(HttpRequest& request, BatchBuilder& builder) override {
    const HttpHeaders parameters = parameters_of(request.target);
    const std::string_view body = request.body;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t end = std::min(body.find('\n', at), body.size());
      std::string_view line = body.substr(at, end - at);
      at = end + 1;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty()) continue;
      for (const auto& [name, value] : parameters) builder.header(name, value);
      if (auto refused = add_body(builder, line)) return refused;
    }
    return std::nullopt;
  }
};

class CutBlobEvents final : public RequestEvents {
 public:
  explicit CutBlobEvents(std::size_t longest) : longest_(longest) {}

  std::optional<RequestRefusal> build(HttpRequest& request, BatchBuilder& builder) override {
    if (const auto type = request.header("Content-Type")) builder.header("Content-Type", *type);
    return add_body(builder, std::string_view(request.body).substr(0, longest_));
  }

 private:
  const std::size_t longest_;
};

}  // namespace

std::unique_ptr<RequestEvents> make_blob_events(std::vector<std::string> mandatory) {
  return std::make_unique<BlobEvents>(std::move(mandatory));
}

std::unique_ptr<RequestEvents> make_line_events() { return std::make_unique<LineEvents>(); }

std::unique_ptr<RequestEvents> make_cut_blob_events(std::size_t longest) { return std::make_unique<CutBlobEvents>(longest); }

}  // namespace flume
