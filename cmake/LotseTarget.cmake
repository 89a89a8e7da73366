# How every target of the project is built. lotse_library(), lotse_program(), lotse_test() and lotse_fuzzer() are all
# that the folders' CMakeLists.txt need.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(lotse_flags INTERFACE)
target_include_directories(lotse_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(lotse_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror
  -fPIE)  # everywhere the same, so that one precompiled header serves libraries and programs
target_link_options(lotse_flags INTERFACE -pie)
target_compile_definitions(lotse_flags INTERFACE LOTSE_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)  # they are in net/asio.cpp
if(LOTSE_SANITIZE)
  target_compile_options(lotse_flags INTERFACE -fsanitize=${LOTSE_SANITIZE} -fno-omit-frame-pointer -g1 -O1
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # false alarms of g++ under sanitizers
  if(LOTSE_SANITIZE MATCHES "undefined")
    # What g++ spends a quarter of its time on and the address sanitizer mostly finds, too; clang checks it when it fuzzes.
    target_compile_options(lotse_flags INTERFACE -fno-sanitize-recover=all
      $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize=null,alignment,vptr,object-size>)
  endif()
  if(LOTSE_SANITIZE MATCHES "thread")
    # Asio's fences, which the thread sanitizer does not model, guard nothing that its locks do not guard, too.
    target_compile_definitions(lotse_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    target_compile_options(lotse_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  target_link_options(lotse_flags INTERFACE -fsanitize=${LOTSE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(lotse_flags INTERFACE -O2 -fstack-protector-strong -fstack-clash-protection
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full> -D_FORTIFY_SOURCE=2)
  target_link_options(lotse_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# A static library lotse_NAME out of the folder NAME. Third-party libraries are linked PRIVATE by the folder itself.
function(lotse_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;HIDES" ${ARGN})
  add_library(lotse_${name} STATIC EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_link_libraries(lotse_${name} PUBLIC lotse_flags Threads::Threads PRIVATE ${arg_HIDES})
  foreach(use ${arg_USES})
    target_link_libraries(lotse_${name} PUBLIC lotse_${use})
  endforeach()
  if(NOT name STREQUAL "base")
    target_precompile_headers(lotse_${name} REUSE_FROM lotse_base)
  endif()
endfunction()

# A program lotse-NAME in build/PRESET/bin. Not built for the fuzzers.
function(lotse_program name)
  if(LOTSE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;HIDES" ${ARGN})
  add_executable(lotse-${name} ${arg_SOURCES})
  target_link_libraries(lotse-${name} PRIVATE lotse_flags ${arg_HIDES})
  foreach(use ${arg_USES})
    target_link_libraries(lotse-${name} PRIVATE lotse_${use})
  endforeach()
endfunction()

# A Catch2 program tests-NAME; ctest runs it as NAME. LABELS as ctest knows them.
function(lotse_test name)
  if(NOT LOTSE_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;HIDES;LABELS" ${ARGN})
  add_executable(tests-${name} ${arg_SOURCES})
  target_link_libraries(tests-${name} PRIVATE lotse_flags lotse_catch ${arg_HIDES})
  foreach(use ${arg_USES})
    target_link_libraries(tests-${name} PRIVATE lotse_${use})
  endforeach()
  target_precompile_headers(tests-${name} REUSE_FROM lotse_catch)
  add_test(NAME ${name} COMMAND tests-${name})
  set_tests_properties(${name} PROPERTIES LABELS "unit;${arg_LABELS}" TIMEOUT 300)
endfunction()

# A libFuzzer target fuzz-NAME with its corpus in tests/fuzz/corpus/NAME. Links only the libraries that it tests.
function(lotse_fuzzer name)
  if(NOT LOTSE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;HIDES" ${ARGN})
  add_executable(fuzz-${name} ${arg_SOURCES})
  target_link_libraries(fuzz-${name} PRIVATE lotse_flags ${arg_HIDES})
  foreach(use ${arg_USES})
    target_link_libraries(fuzz-${name} PRIVATE lotse_${use})
  endforeach()
  target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
endfunction()
