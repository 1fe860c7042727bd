#include "codec/avro_schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace flume::codec {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 100;  // arrays and objects in each other; a schema of that depth is none that people use

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

using Type = AvroType;

/// Names of the types without parts, in the order of AvroType::Kind.
constexpr std::array<std::string_view, 8> kPrimitives{"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

/// Reads a schema and all types in it into a table.
class SchemaReader {
 public:
  explicit SchemaReader(std::vector<Type>& types) : types_(types) {}

  /// `where` names the part for messages: "the schema", "field 'a' of x.Y". The type's place in the table.
  Result<std::uint32_t> read(const Json& schema, const std::string& space, const std::string& where) {
    if (schema.is_string()) return read_reference(schema.get_ref<const std::string&>(), space, where);
    if (schema.is_array()) return read_union(schema, space, where);
    if (!schema.is_object()) return rejected(where + " is neither a name, an object nor a union");
    const auto type = schema.find("type");
    if (type == schema.end()) return rejected(where + " has no \"type\"");
    if (!type->is_string()) return read(*type, space, where);  // {"type": {...}}, as Java takes it
    const std::string& name = type->get_ref<const std::string&>();
    if (name == "record" || name == "error") return read_record(schema, space, where);
    if (name == "enum") return read_enum(schema, space, where);
    if (name == "fixed") return read_fixed(schema, space, where);
    if (name == "array") return read_container(Type::Kind::Array, schema, "items", space, where);
    if (name == "map") return read_container(Type::Kind::Map, schema, "values", space, where);
    return read_reference(name, space, where);
  }

 private:
  std::uint32_t add(Type::Kind kind) {
    types_.push_back({.kind = kind, .is_empty = kind == Type::Kind::Null});
    return static_cast<std::uint32_t>(types_.size() - 1);
  }

  Result<std::uint32_t> read_reference(const std::string& name, const std::string& space, const std::string& where) {
    const auto primitive = std::find(kPrimitives.begin(), kPrimitives.end(), name);
    if (primitive != kPrimitives.end()) return add(static_cast<Type::Kind>(primitive - kPrimitives.begin()));
    const auto known = names_.find(full_name(name, space));
    if (known == names_.end()) return rejected(where + ": there is no type '" + name.substr(0, 100) + "'");
    return known->second;
  }

  Result<std::uint32_t> read_union(const Json& schema, const std::string& space, const std::string& where) {
    const std::uint32_t self = add(Type::Kind::Union);
    for (const Json& branch : schema) {
      if (branch.is_array()) return rejected(where + ": a union directly in a union");
      auto part = read(branch, space, where);
      if (!part) return part;
      types_[self].parts.push_back(*part);
    }
    return self;
  }

  Result<std::uint32_t> read_container(Type::Kind kind, const Json& schema, const char* key, const std::string& space,
                                       const std::string& where) {
    const auto inner = schema.find(key);
    if (inner == schema.end()) return rejected(where + " has no \"" + key + "\"");
    const std::uint32_t self = add(kind);
    auto part = read(*inner, space, std::string(key) + " of " + where);
    if (!part) return part;
    types_[self].parts.push_back(*part);
    return self;
  }

  Result<std::uint32_t> read_record(const Json& schema, const std::string& space, const std::string& where) {
    auto self = define(Type::Kind::Record, schema, space, where);
    if (!self) return self;
    const std::string name = types_[*self].name;
    const auto fields = schema.find("fields");
    if (fields == schema.end() || !fields->is_array()) return rejected("record " + name + " has no \"fields\"");
    const std::string inner_space = name.substr(0, std::max<std::size_t>(name.rfind('.') + 1, 1) - 1);
    std::set<std::string_view> seen;
    for (const Json& field : *fields) {
      const auto given = field.is_object() ? field.find("name") : field.end();
      if (!field.is_object() || given == field.end() || !given->is_string() || !is_name(given->get_ref<const std::string&>()))
        return rejected("record " + name + " has a field without a name");
      const std::string& field_name = given->get_ref<const std::string&>();
      const std::string field_where = "field '" + field_name + "' of " + name;
      if (!seen.insert(field_name).second) return rejected(field_where + " is there twice");
      const auto type = field.find("type");
      if (type == field.end()) return rejected(field_where + " has no \"type\"");
      auto part = read(*type, inner_space, field_where);
      if (!part) return part;
      types_[*self].parts.push_back(*part);
      types_[*self].names.push_back(field_name);
    }
    // One that has itself inside is not: it was not known to be when its fields were read.
    Type& type = types_[*self];
    type.is_empty = std::all_of(type.parts.begin(), type.parts.end(), [this](std::uint32_t part) { return types_[part].is_empty; });
    return self;
  }

  Result<std::uint32_t> read_enum(const Json& schema, const std::string& space, const std::string& where) {
    auto self = define(Type::Kind::Enum, schema, space, where);
    if (!self) return self;
    Type& type = types_[*self];
    const auto symbols = schema.find("symbols");
    bool is_list = symbols != schema.end() && symbols->is_array();
    for (std::size_t i = 0; is_list && i < symbols->size(); ++i) {
      is_list = (*symbols)[i].is_string() && is_name((*symbols)[i].get_ref<const std::string&>());
      if (is_list) type.names.push_back((*symbols)[i].get<std::string>());
    }
    if (!is_list) return rejected("enum " + type.name + " has no list of \"symbols\"");
    return self;
  }

  Result<std::uint32_t> read_fixed(const Json& schema, const std::string& space, const std::string& where) {
    auto self = define(Type::Kind::Fixed, schema, space, where);
    if (!self) return self;
    const auto size = schema.find("size");
    if (size == schema.end() || !size->is_number_unsigned()) return rejected("fixed " + types_[*self].name + " has no \"size\"");
    types_[*self].size = size->get<std::uint64_t>();
    types_[*self].is_empty = types_[*self].size == 0;
    return self;
  }

  /// A record, enum or fixed of the name that it has.
  Result<std::uint32_t> define(Type::Kind kind, const Json& schema, const std::string& space, const std::string& where) {
    const auto given = schema.find("name");
    if (given == schema.end() || !given->is_string()) return rejected(where + " has no \"name\"");
    const auto own_space = schema.find("namespace");
    std::string name = full_name(given->get_ref<const std::string&>(),
                                 own_space != schema.end() && own_space->is_string() ? own_space->get_ref<const std::string&>() : space);
    if (!is_full_name(name)) return rejected(where + ": '" + name.substr(0, 100) + "' is no name");
    const std::uint32_t self = add(kind);
    if (!names_.emplace(name, self).second) return rejected(where + ": the name '" + name.substr(0, 100) + "' is there twice");
    types_[self].name = std::move(name);
    return self;
  }

  static std::string full_name(const std::string& name, const std::string& space) {
    return name.find('.') != std::string::npos || space.empty() ? name : space + "." + name;
  }

  std::vector<Type>& types_;
  std::map<std::string, std::uint32_t, std::less<>> names_;
};

/// Writes Parsing Canonical Form: names whole, only what matters for reading, in a fixed order.
class CanonicalForm {
 public:
  explicit CanonicalForm(const std::vector<Type>& types) : types_(types), is_written_(types.size()) {}

  [[nodiscard]] std::string take() && {
    write(0);
    return std::move(out_);
  }

 private:
  void write(std::uint32_t place) {
    const Type& type = types_[place];
    switch (type.kind) {
      case Type::Kind::Array:
      case Type::Kind::Map:
        out_.append(type.kind == Type::Kind::Array ? R"({"type":"array","items":)" : R"({"type":"map","values":)");
        write(type.parts[0]);
        out_.push_back('}');
        return;
      case Type::Kind::Union:
        write_list('[', type.parts.size(), [&](std::size_t i) { write(type.parts[i]); });
        return;
      case Type::Kind::Record:
      case Type::Kind::Enum:
      case Type::Kind::Fixed:
        if (is_written_[place]) return quote(type.name);
        is_written_[place] = true;
        return write_definition(type);
      default:
        quote(kPrimitives[static_cast<std::size_t>(type.kind)]);
    }
  }

  void write_definition(const Type& type) {
    out_.append(R"({"name":)");
    quote(type.name);
    if (type.kind == Type::Kind::Fixed) {
      out_.append(R"(,"type":"fixed","size":)").append(std::to_string(type.size));
    } else if (type.kind == Type::Kind::Enum) {
      out_.append(R"(,"type":"enum","symbols":)");
      write_list('[', type.names.size(), [&](std::size_t i) { quote(type.names[i]); });
    } else {
      out_.append(R"(,"type":"record","fields":)");
      write_list('[', type.names.size(), [&](std::size_t i) {
        out_.append(R"({"name":)");
        quote(type.names[i]);
        out_.append(R"(,"type":)");
        write(type.parts[i]);
        out_.push_back('}');
      });
    }
    out_.push_back('}');
  }

  template <typename Write>
  void write_list(char open, std::size_t count, Write&& write_one) {
    out_.push_back(open);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) out_.push_back(',');
      write_one(i);
    }
    out_.push_back(']');
  }
  void quote(std::string_view name) { out_.append(1, '"').append(name).push_back('"'); }

  const std::vector<Type>& types_;
  std::vector<bool> is_written_;
  std::string out_;
};

/// Rabin's fingerprint with the polynomial that Avro's specification gives.
constexpr std::uint64_t kEmptyFingerprint = 0xc15d213aa4d7a795ULL;
constexpr std::array<std::uint64_t, 256> kFingerprintTable = [] {
  std::array<std::uint64_t, 256> table{};
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    std::uint64_t bits = i;
    for (int step = 0; step < 8; ++step) bits = (bits >> 1U) ^ (kEmptyFingerprint & (0 - (bits & 1U)));
    table[i] = bits;
  }
  return table;
}();

}  // namespace

Result<AvroSchema> AvroSchema::read(std::string_view text) {
  if (text.size() > kLongestAvroSchema)
    return rejected("not an Avro schema: longer than " + std::to_string(kLongestAvroSchema >> 20U) + " MiB");
  bool is_too_deep = false;
  const auto is_kept = [&](int depth, Json::parse_event_t, const Json&) {
    is_too_deep = is_too_deep || depth > kDeepest;
    return !is_too_deep;
  };
  const Json json = Json::parse(text, is_kept, false, true);
  if (is_too_deep) return rejected("not an Avro schema: nested more than " + std::to_string(kDeepest) + " deep");
  if (json.is_discarded()) return rejected("not an Avro schema: not even JSON");
  AvroSchema schema;
  const auto self = SchemaReader(schema.types_).read(json, "", "the schema");
  if (!self) return self.status().with_context("not an Avro schema");
  schema.text_ = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return schema;
}

std::string AvroSchema::parsing_canonical_form() const { return CanonicalForm(types_).take(); }

std::uint64_t AvroSchema::fingerprint() const {
  std::uint64_t fingerprint = kEmptyFingerprint;
  for (const char byte : parsing_canonical_form())
    fingerprint = (fingerprint >> 8U) ^ kFingerprintTable[(fingerprint ^ static_cast<unsigned char>(byte)) & 0xffU];
  return fingerprint;
}

}  // namespace flume::codec
