#include "crypto/pkcs12_library.h"

#include <string>

#include <openssl/objects.h>

namespace flume::crypto {
namespace {

/// Null if `sequence` is no T.
template <typename T>
T* decoded(const ASN1_ITEM* item, const void* sequence) {
  return static_cast<T*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(sequence), item));
}

}  // namespace

Pkcs12Library::Pkcs12Library()
    : context_(OSSL_LIB_CTX_new()),
      usual_(OSSL_PROVIDER_load(context_.get(), "default")),
      legacy_(OSSL_PROVIDER_load(context_.get(), "legacy")) {
  ERR_clear_error();
}

Status check_iterations(const ASN1_INTEGER* iterations, std::uint32_t most_iterations) {
  std::int64_t count = 0;
  if (iterations == nullptr || ASN1_INTEGER_get_int64(&count, iterations) != 1 || count < 1) {
    ERR_clear_error();
    return corrupt("count of iterations");
  }
  if (count <= most_iterations) return {};
  return rejected("encrypted with " + std::to_string(count) + " iterations; at most " + std::to_string(most_iterations) + " are taken");
}

Status check_password_algorithm(const X509_ALGOR* algorithm, std::uint32_t most_iterations) {
  const ASN1_OBJECT* object = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return corrupt("encryption without parameters");
  if (OBJ_obj2nid(object) != NID_pbes2) {
    const Handle<PBEPARAM, PBEPARAM_free> old(decoded<PBEPARAM>(ASN1_ITEM_rptr(PBEPARAM), value));
    ERR_clear_error();
    return old ? check_iterations(old->iter, most_iterations) : corrupt("parameters of an encryption");
  }
  const Handle<PBE2PARAM, PBE2PARAM_free> both(decoded<PBE2PARAM>(ASN1_ITEM_rptr(PBE2PARAM), value));
  ERR_clear_error();
  if (!both) return corrupt("parameters of an encryption");
  X509_ALGOR_get0(&object, &type, &value, both->keyfunc);
  if (OBJ_obj2nid(object) != NID_id_pbkdf2) return rejected("encrypted with a key that is not made by PBKDF2");
  if (type != V_ASN1_SEQUENCE) return corrupt("PBKDF2 without parameters");
  const Handle<PBKDF2PARAM, PBKDF2PARAM_free> made(decoded<PBKDF2PARAM>(ASN1_ITEM_rptr(PBKDF2PARAM), value));
  ERR_clear_error();
  return made ? check_iterations(made->iter, most_iterations) : corrupt("parameters of PBKDF2");
}

}  // namespace flume::crypto
