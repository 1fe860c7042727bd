#include "codec/avro_schema.h"

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

namespace flume::codec {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 100;  // arrays and objects in each other; a schema of that depth is none that people use
constexpr std::array<std::string_view, 8> kPrimitives{"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool is_full_name(std::string_view name) {
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_name(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

class Checker {
 public:
  /// `where` names the part for messages: "the schema", "field 'a' of x.Y".
  Status check(const Json& schema, const std::string& space, const std::string& where) {
    if (schema.is_string()) return check_reference(schema.get_ref<const std::string&>(), space, where);
    if (schema.is_array()) return check_union(schema, space, where);
    if (!schema.is_object()) return rejected(where + " is neither a name, an object nor a union");
    const auto type = schema.find("type");
    if (type == schema.end()) return rejected(where + " has no \"type\"");
    if (!type->is_string()) return check(*type, space, where);  // {"type": {...}}, as Java takes it
    const std::string& name = type->get_ref<const std::string&>();
    if (name == "record" || name == "error") return check_record(schema, space, where);
    if (name == "enum") return check_enum(schema, space, where);
    if (name == "fixed") return check_fixed(schema, space, where);
    if (name == "array") return check_inner(schema, "items", space, where);
    if (name == "map") return check_inner(schema, "values", space, where);
    return check_reference(name, space, where);
  }

 private:
  Status check_reference(const std::string& name, const std::string& space, const std::string& where) const {
    if (std::find(kPrimitives.begin(), kPrimitives.end(), name) != kPrimitives.end() || names_.contains(full_name(name, space))) return {};
    return rejected(where + ": there is no type '" + name.substr(0, 100) + "'");
  }

  Status check_union(const Json& schema, const std::string& space, const std::string& where) {
    for (const Json& branch : schema) {
      if (branch.is_array()) return rejected(where + ": a union directly in a union");
      FLUME_TRY(check(branch, space, where));
    }
    return {};
  }

  Status check_inner(const Json& schema, const char* key, const std::string& space, const std::string& where) {
    const auto inner = schema.find(key);
    if (inner == schema.end()) return rejected(where + " has no \"" + key + "\"");
    return check(*inner, space, std::string(key) + " of " + where);
  }

  Status check_record(const Json& schema, const std::string& space, const std::string& where) {
    std::string name;
    FLUME_TRY(define(schema, space, where, name));
    const auto fields = schema.find("fields");
    if (fields == schema.end() || !fields->is_array()) return rejected("record " + name + " has no \"fields\"");
    const std::string inner_space = name.substr(0, std::max<std::size_t>(name.rfind('.') + 1, 1) - 1);
    std::set<std::string> seen;
    for (const Json& field : *fields) {
      const auto field_name = field.is_object() ? field.find("name") : field.end();
      if (!field.is_object() || field_name == field.end() || !field_name->is_string() ||
          !is_name(field_name->get_ref<const std::string&>()))
        return rejected("record " + name + " has a field without a name");
      const std::string field_where = "field '" + field_name->get_ref<const std::string&>() + "' of " + name;
      if (!seen.insert(field_name->get_ref<const std::string&>()).second) return rejected(field_where + " is there twice");
      const auto type = field.find("type");
      if (type == field.end()) return rejected(field_where + " has no \"type\"");
      FLUME_TRY(check(*type, inner_space, field_where));
    }
    return {};
  }

  Status check_enum(const Json& schema, const std::string& space, const std::string& where) {
    std::string name;
    FLUME_TRY(define(schema, space, where, name));
    const auto symbols = schema.find("symbols");
    const bool is_list = symbols != schema.end() && symbols->is_array() &&
                         std::all_of(symbols->begin(), symbols->end(),
                                     [](const Json& each) { return each.is_string() && is_name(each.get_ref<const std::string&>()); });
    return is_list ? Status() : rejected("enum " + name + " has no list of \"symbols\"");
  }

  Status check_fixed(const Json& schema, const std::string& space, const std::string& where) {
    std::string name;
    FLUME_TRY(define(schema, space, where, name));
    const auto size = schema.find("size");
    return size != schema.end() && size->is_number_unsigned() ? Status() : rejected("fixed " + name + " has no \"size\"");
  }

  /// Reads the name of a record, enum or fixed, whole.
  Status define(const Json& schema, const std::string& space, const std::string& where, std::string& name) {
    const auto given = schema.find("name");
    if (given == schema.end() || !given->is_string()) return rejected(where + " has no \"name\"");
    const auto own_space = schema.find("namespace");
    name = full_name(given->get_ref<const std::string&>(),
                     own_space != schema.end() && own_space->is_string() ? own_space->get_ref<const std::string&>() : space);
    if (!is_full_name(name)) return rejected(where + ": '" + name.substr(0, 100) + "' is no name");
    if (!names_.insert(name).second) return rejected(where + ": the name '" + name.substr(0, 100) + "' is there twice");
    return {};
  }

  static std::string full_name(const std::string& name, const std::string& space) {
    return name.find('.') != std::string::npos || space.empty() ? name : space + "." + name;
  }

  std::set<std::string> names_;
};

}  // namespace

Result<std::string> read_avro_schema(std::string_view text) {
  if (text.size() > kLongestAvroSchema)
    return rejected("not an Avro schema: longer than " + std::to_string(kLongestAvroSchema >> 20U) + " MiB");
  bool is_too_deep = false;
  const auto is_kept = [&](int depth, Json::parse_event_t, const Json&) {
    is_too_deep = is_too_deep || depth > kDeepest;
    return !is_too_deep;
  };
  const Json schema = Json::parse(text, is_kept, false, true);
  if (is_too_deep) return rejected("not an Avro schema: nested more than " + std::to_string(kDeepest) + " deep");
  if (schema.is_discarded()) return rejected("not an Avro schema: not even JSON");
  FLUME_TRY(Checker().check(schema, "", "the schema").with_context("not an Avro schema"));
  return schema.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace flume::codec
