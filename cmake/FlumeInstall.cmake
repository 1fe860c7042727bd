# Install tree = Flume's: bin, conf, lib, docs side by side below the prefix, so that it works from any place.
# lib is lib on every system (no lib/x86_64-linux-gnu): the program finds it by $ORIGIN/../lib.
if(NOT TARGET flume-ng)
  return()
endif()
install(TARGETS flume-ng RUNTIME DESTINATION bin)
install(TARGETS flume LIBRARY DESTINATION lib)
get_property(modules GLOBAL PROPERTY FLUME_MODULES)
install(TARGETS ${modules} LIBRARY DESTINATION lib/modules)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/packaging/conf/ DESTINATION conf)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION docs)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/packaging/systemd DESTINATION docs)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/flume DESTINATION include)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/tools/gen_events.py DESTINATION tools)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/NOTICE ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
        ${CMAKE_SOURCE_DIR}/ARCHITECTURE.md DESTINATION .)
