#include "clients/http/document_reader.h"

#include "event/module_library.h"

namespace flume::http {

Result<std::unique_ptr<DocumentReader>> load_document_reader(Clock& clock) {
  const auto make = own_module_function_of<MakeDocumentReader>("http", "flume_make_document_reader");
  if (!make) return make.status().with_context("HTTP needs libcurl (Debian: libcurl4)");
  std::unique_ptr<DocumentReader> reader;
  (*make)(clock, reader);
  return reader;
}

}  // namespace flume::http
