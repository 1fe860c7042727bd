# cmake -DOUT=build_id.h -DVERSION=.. -DHEADERS=list.txt -P WriteBuildId.cmake: the version, and a digest of all headers that
# program and libflume.so share. The same sources give the same identity; the file is only touched when it changes.
file(STRINGS ${HEADERS} headers)
set(digests "")
foreach(header ${headers})
  file(SHA256 ${header} digest)
  string(APPEND digests "${digest}\n")
endforeach()
string(SHA256 digest "${digests}")
string(SUBSTRING ${digest} 0 12 digest)
# static: the linker would take the program's constant for the library's, and all would agree.
set(content "#pragma once\nnamespace flume {\nstatic constexpr char kBuildId[] = \"${VERSION}+headers.${digest}\";\n}  // namespace flume\n")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT "${before}" STREQUAL "${content}")
  file(WRITE ${OUT} "${content}")
endif()
