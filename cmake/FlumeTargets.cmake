# The few ways in which a folder declares itself.
#
#   flume_library(text SOURCES a.cpp b.cpp NEEDS PkgConfig::pcre2)     a part of libflume.so
#   flume_component(source seq SOURCES seq_source.cpp NEEDS ...)       a component, linked into flume-ng;
#                                                                      defines flume::components::source_seq
#   flume_module(http SOURCES http_reader.cpp NEEDS CURL::libcurl)     a module of our own, loaded on first use (event/module_library.h)
#   flume_test(text SOURCES a_test.cpp NEEDS ...)                      unit_text, run by tools/run-tests
#   flume_protobuf(hdfs_wire PROTOS proto/rpc.proto)               messages: a library to name among NEEDS, #include "rpc.pb.h"
#   flume_fuzz(properties SOURCES fuzz/properties_fuzz.cpp CORPUS fuzz/corpus)

set_property(GLOBAL PROPERTY FLUME_COMPONENTS "")

# Part of libflume.so: object files, so that nothing is dropped by the linker.
function(flume_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;NEEDS" ${ARGN})
  add_library(flume_${name} OBJECT ${arg_SOURCES})
  target_link_libraries(flume_${name} PUBLIC ${arg_NEEDS})
  set_property(GLOBAL APPEND PROPERTY FLUME_LIBRARIES flume_${name})
endfunction()

# C++ of .proto files, for the lite runtime; not held to our warnings. Part of libflume.so.
function(flume_protobuf name)
  cmake_parse_arguments(arg "" "" "PROTOS" ${ARGN})
  set(sources "")
  foreach(proto ${arg_PROTOS})
    get_filename_component(stem ${proto} NAME_WE)
    get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR}/${proto} DIRECTORY)
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/${stem}.pb.cc ${CMAKE_CURRENT_BINARY_DIR}/${stem}.pb.h)
    list(TRANSFORM arg_PROTOS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE all)
    add_custom_command(OUTPUT ${generated} DEPENDS ${all} VERBATIM
                       COMMAND protobuf::protoc --cpp_out=${CMAKE_CURRENT_BINARY_DIR} -I ${folder} ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
    list(APPEND sources ${generated})
  endforeach()
  add_library(flume_${name} OBJECT ${sources})
  target_compile_options(flume_${name} PRIVATE -w)
  target_include_directories(flume_${name} SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(flume_${name} PUBLIC protobuf::libprotobuf-lite)
  set_property(GLOBAL APPEND PROPERTY FLUME_LIBRARIES flume_${name})
endfunction()

function(flume_component kind type)
  cmake_parse_arguments(arg "" "" "SOURCES;NEEDS" ${ARGN})
  set(target component_${kind}_${type})
  add_library(${target} OBJECT ${arg_SOURCES})
  target_link_libraries(${target} PUBLIC ${arg_NEEDS})
  set_property(GLOBAL APPEND PROPERTY FLUME_COMPONENTS ${kind}_${type})
endfunction()

# A client of a heavy family, in lib/modules beside libflume.so. It is of the library's very build, and says so.
function(flume_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;NEEDS" ${ARGN})
  set(target flume_module_${name})
  add_library(${target} MODULE ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/src/event/module_build.cpp)
  target_link_libraries(${target} PRIVATE flume ${arg_NEEDS})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/src/build_id)
  add_dependencies(${target} flume_build_id)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME flume_${name} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/modules
                        INSTALL_RPATH "$ORIGIN/..")
  set_property(GLOBAL APPEND PROPERTY FLUME_MODULES ${target})
endfunction()

# Code shared by components of several folders, linked with them (not part of libflume.so).
function(flume_component_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;NEEDS" ${ARGN})
  add_library(component_library_${name} OBJECT ${arg_SOURCES})
  target_link_libraries(component_library_${name} PUBLIC ${arg_NEEDS})
  set_property(GLOBAL APPEND PROPERTY FLUME_COMPONENT_LIBRARIES component_library_${name})
endfunction()

# Tests are compiled for a quick build, not for speed; their common headers once. Benchmarks measure, tests do not.
# Some replace operator new to count allocations, which g++ takes for a mismatch once it is inlined; and g++ 12 sees
# strings out of bounds that are not (GCC bug 105329). Under a sanitizer nine tenths of a test's build were spent on optimising
# what the sanitizer had added: not at all there, and without the checks of every pointer in the tests' own code
# (the code under test has them all).
set(FLUME_TEST_OPTIONS -Wno-mismatched-new-delete -Wno-array-bounds -Wno-stringop-overflow)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  list(APPEND FLUME_TEST_OPTIONS -O1)
elseif(FLUME_SANITIZE STREQUAL "address")
  list(APPEND FLUME_TEST_OPTIONS -O0 -fno-sanitize=null,alignment,object-size,vptr)
elseif(FLUME_SANITIZE STREQUAL "thread")
  list(APPEND FLUME_TEST_OPTIONS -O0)
endif()

# The headers of nearly every test, precompiled with the options that flume_test() gives. An executable, as the tests are:
# the compiler accepts precompiled headers only with the very same options.
function(flume_test_headers)
  add_executable(flume_test_headers ${CMAKE_SOURCE_DIR}/tests/support/test_headers.cpp)
  target_include_directories(flume_test_headers PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(flume_test_headers PRIVATE FLUME_SOURCE_DIR="${CMAKE_SOURCE_DIR}" FLUME_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_compile_options(flume_test_headers PRIVATE ${FLUME_TEST_OPTIONS})
  target_link_libraries(flume_test_headers PRIVATE flume_builtin flume GTest::gmock GTest::gtest rapidcheck)
  target_precompile_headers(flume_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <rapidcheck.h> "${CMAKE_SOURCE_DIR}/include/flume/component.h"
                            "${CMAKE_SOURCE_DIR}/include/flume/registry.h" "${CMAKE_SOURCE_DIR}/include/flume/metrics.h")
endfunction()

function(flume_test name)
  if(NOT FLUME_TESTS OR FLUME_SANITIZE STREQUAL "fuzz")
    return()
  endif()
  cmake_parse_arguments(arg "" "SUITE" "SOURCES;NEEDS" ${ARGN})
  if(NOT arg_SUITE)
    set(arg_SUITE unit)
  endif()
  set(target ${arg_SUITE}_${name})
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE FLUME_SOURCE_DIR="${CMAKE_SOURCE_DIR}" FLUME_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${target} PRIVATE flume_test_support flume_builtin flume GTest::gmock GTest::gtest_main rapidcheck ${arg_NEEDS})
  target_compile_options(${target} PRIVATE ${FLUME_TEST_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM flume_test_headers)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${arg_SUITE})
  set_property(GLOBAL APPEND PROPERTY FLUME_TEST_TARGETS ${target})
endfunction()

# With preset fuzz a libFuzzer program; otherwise a test that replays the corpus.
function(flume_fuzz name)
  if(NOT FLUME_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;NEEDS" ${ARGN})
  set(target fuzz_${name})
  if(FLUME_SANITIZE STREQUAL "fuzz")
    add_executable(${target} ${arg_SOURCES})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${target} PRIVATE flume_builtin flume ${arg_NEEDS})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    file(WRITE ${CMAKE_BINARY_DIR}/fuzz/${target}.corpus "${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS}\n")
  else()
    add_executable(${target} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/support/replay_corpus.cpp)
    target_compile_definitions(${target} PRIVATE FLUME_CORPUS="${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS}")
    target_link_libraries(${target} PRIVATE flume_builtin flume GTest::gtest_main ${arg_NEEDS})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/fuzz)
  endif()
endfunction()

# Every folder of the current one that declares something.
macro(flume_add_subfolders)
  file(GLOB folders CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(folder ${folders})
    get_filename_component(folder ${folder} DIRECTORY)
    add_subdirectory(${folder})
  endforeach()
endmacro()
