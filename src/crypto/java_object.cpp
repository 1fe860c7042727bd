#include "crypto/java_object.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace flume::crypto {
namespace {

constexpr std::uint32_t kStreamHeader = 0xACED0005;
constexpr std::uint8_t kNull = 0x70;
constexpr std::uint8_t kReference = 0x71;
constexpr std::uint8_t kClassDescription = 0x72;
constexpr std::uint8_t kObject = 0x73;
constexpr std::uint8_t kString = 0x74;
constexpr std::uint8_t kArray = 0x75;
constexpr std::uint8_t kEndBlockData = 0x78;
constexpr std::uint8_t kEnum = 0x7E;

constexpr std::uint8_t kSerializable = 0x02;
constexpr std::uint8_t kEnumClass = 0x12;  // serializable, enum

constexpr std::uint32_t kFirstHandle = 0x7E0000;
// The classes at hand have chains of 2 and up to 4 fields.
constexpr std::size_t kLongestChain = 4;
constexpr std::size_t kMostFields = 8;
constexpr std::size_t kMostHandles = 64;

constexpr std::string_view kBytes = "[B";
constexpr std::string_view kStringType = "Ljava/lang/String;";

enum class FieldType : std::uint8_t { Bytes, Text, Enum };

struct Field {
  std::string_view name;
  FieldType type = FieldType::Bytes;
};

struct ClassDescription {
  std::string_view name;
  std::uint8_t flags = 0;
  std::vector<Field> fields;
  const ClassDescription* super = nullptr;
};

struct EnumConstant {
  std::string_view name;
};

/// What a back reference can mean. The object itself has a handle too (monostate).
using Handle = std::variant<std::monostate, const ClassDescription*, std::string_view, ByteView, EnumConstant>;

class Reader {
 public:
  explicit Reader(BigEndianReader& in) : in_(in) {}

  Result<JavaObject> object() {
    if (in_.u32() != kStreamHeader) return damaged("no Java object");
    if (in_.u8() != kObject) return in_.failed() ? cut_short() : refused("not an object");
    const ClassDescription* described = nullptr;
    FLUME_TRY(class_description(described));
    if (described == nullptr) return damaged("object without a class");
    FLUME_TRY(remember(std::monostate()));
    std::vector<const ClassDescription*> chain;
    for (const auto* each = described; each != nullptr; each = each->super) {
      if (chain.size() == kLongestChain) return refused("too long a chain of classes");
      if (each->flags != kSerializable) return refused("class " + std::string(each->name) + " writes itself in its own way");
      chain.push_back(each);
    }
    JavaObject object{described->name, {}};
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
      for (const Field& field : (*each)->fields) {
        JavaField& read = object.fields.emplace_back(JavaField{field.name, {}});
        FLUME_TRY(value(field.type, read));
      }
    }
    return object;
  }

 private:
  [[nodiscard]] Status damaged(std::string_view what) const {
    return corrupt("Java object: " + std::string(what) + " at byte " + std::to_string(in_.position()));
  }
  [[nodiscard]] Status refused(std::string_view what) const {
    return rejected("Java object of another kind than a key store holds: " + std::string(what));
  }
  [[nodiscard]] Status cut_short() const { return damaged("ends too early"); }

  Status remember(Handle handle) {
    if (handles_.size() == kMostHandles) return refused("too many parts");
    handles_.push_back(handle);
    return {};
  }

  /// The part that a back reference names, if it is a T.
  template <typename T>
  Status referred(T& part) {
    const std::uint32_t handle = in_.u32();
    if (in_.failed()) return cut_short();
    const std::size_t index = handle - kFirstHandle;
    if (handle < kFirstHandle || index >= handles_.size()) return damaged("reference to nothing");
    const T* found = std::get_if<T>(&handles_[index]);
    if (found == nullptr) return damaged("reference to a part of another type");
    part = *found;
    return {};
  }

  Result<std::string_view> name() {
    const std::string_view text = as_text(in_.take(in_.u16()));
    if (in_.failed()) return cut_short();
    return text;
  }

  /// One description and those of its superclasses; null is allowed and leaves `described` null.
  Status class_description(const ClassDescription*& described) {
    described = nullptr;
    ClassDescription* lower = nullptr;  // whose superclass comes next
    for (;;) {
      const std::uint8_t tag = in_.u8();
      if (tag == kNull && !in_.failed()) return {};
      const ClassDescription* next = nullptr;
      if (tag == kReference) {
        FLUME_TRY(referred(next));
      } else if (tag == kClassDescription) {
        auto fresh = new_class();
        if (!fresh) return std::move(fresh).status();
        next = *fresh;
      } else {
        return in_.failed() ? cut_short() : refused("class described by tag " + std::to_string(tag));
      }
      if (lower == nullptr) {
        described = next;
      } else {
        lower->super = next;
      }
      if (tag == kReference) return {};
      lower = classes_.back().get();
    }
  }

  Result<ClassDescription*> new_class() {
    ClassDescription& fresh = *classes_.emplace_back(std::make_unique<ClassDescription>());
    auto class_name = name();
    if (!class_name) return std::move(class_name).status();
    fresh.name = *class_name;
    in_.u64();  // serialVersionUID: what counts are the fields
    FLUME_TRY(remember(&fresh));
    fresh.flags = in_.u8();
    const std::size_t fields = in_.u16();
    if (fields > kMostFields) return refused("class " + std::string(fresh.name) + " has " + std::to_string(fields) + " fields");
    for (std::size_t i = 0; i < fields; ++i) {
      const std::uint8_t type = in_.u8();
      auto field_name = name();
      if (!field_name) return std::move(field_name).status();
      if (type != 'L' && type != '[') return refused("field " + std::string(*field_name) + " is neither bytes nor text");
      std::optional<std::string_view> type_name;
      FLUME_TRY(string(type_name));
      if (!type_name) return damaged("field without a type");
      if (type == '[' && *type_name != kBytes) return refused("field " + std::string(*field_name) + " is not an array of bytes");
      const FieldType of_class = *type_name == kStringType ? FieldType::Text : FieldType::Enum;
      fresh.fields.push_back({*field_name, type == '[' ? FieldType::Bytes : of_class});
    }
    if (in_.u8() != kEndBlockData) return in_.failed() ? cut_short() : refused("annotated class");
    return &fresh;
  }

  Status value(FieldType type, JavaField& field) {
    if (type == FieldType::Text) {
      std::optional<std::string_view> text;
      FLUME_TRY(string(text));
      if (text) field.value = *text;
      return {};
    }
    return type == FieldType::Bytes ? byte_array(field) : enum_constant(field);
  }

  Status string(std::optional<std::string_view>& text) {
    const std::uint8_t tag = in_.u8();
    if (in_.failed()) return cut_short();
    if (tag == kNull) return {};
    if (tag == kReference) {
      std::string_view referred_text;
      FLUME_TRY(referred(referred_text));
      text = referred_text;
      return {};
    }
    if (tag != kString) return refused("tag " + std::to_string(tag) + " where a string belongs");
    auto fresh = name();
    if (!fresh) return std::move(fresh).status();
    text = *fresh;
    return remember(*fresh);
  }

  Status byte_array(JavaField& field) {
    const std::uint8_t tag = in_.u8();
    if (in_.failed()) return cut_short();
    if (tag == kNull) return {};
    ByteView bytes;
    if (tag == kReference) {
      FLUME_TRY(referred(bytes));
      field.value = bytes;
      return {};
    }
    if (tag != kArray) return refused("tag " + std::to_string(tag) + " where an array belongs");
    const ClassDescription* described = nullptr;
    FLUME_TRY(class_description(described));
    if (described == nullptr || described->name != kBytes) return refused("array of something else than bytes");
    bytes = in_.take(in_.u32());
    if (in_.failed()) return cut_short();
    field.value = bytes;
    return remember(bytes);
  }

  Status enum_constant(JavaField& field) {
    const std::uint8_t tag = in_.u8();
    if (in_.failed()) return cut_short();
    if (tag == kNull) return {};
    if (tag == kReference) {
      EnumConstant constant;
      FLUME_TRY(referred(constant));
      field.value = constant.name;
      return {};
    }
    if (tag != kEnum) return refused("tag " + std::to_string(tag) + " where an enum constant belongs");
    const ClassDescription* described = nullptr;
    FLUME_TRY(class_description(described));
    if (described == nullptr || described->flags != kEnumClass) return refused("constant of something else than an enum");
    const std::size_t own_handle = handles_.size();
    FLUME_TRY(remember(EnumConstant()));
    std::optional<std::string_view> constant;
    FLUME_TRY(string(constant));
    if (!constant) return damaged("enum constant without a name");
    handles_[own_handle] = EnumConstant{*constant};
    field.value = *constant;
    return {};
  }

  BigEndianReader& in_;
  std::vector<std::unique_ptr<ClassDescription>> classes_;
  std::vector<Handle> handles_;
};

template <typename T>
T field_or_empty(const JavaObject& object, std::string_view name) noexcept {
  for (const JavaField& field : object.fields) {
    const T* value = std::get_if<T>(&field.value);
    if (field.name == name && value != nullptr) return *value;
  }
  return {};
}

}  // namespace

ByteView JavaObject::bytes(std::string_view field) const noexcept { return field_or_empty<ByteView>(*this, field); }
std::string_view JavaObject::text(std::string_view field) const noexcept { return field_or_empty<std::string_view>(*this, field); }

Result<JavaObject> read_java_object(BigEndianReader& in) { return Reader(in).object(); }

}  // namespace flume::crypto
