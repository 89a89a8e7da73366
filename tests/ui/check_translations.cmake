# Every text of the windows has a translation that is neither missing nor doubtful.
# cmake -DSOURCE=... -DWORK=... -P check_translations.cmake
file(GLOB sources ${SOURCE}/ui/*.cpp)
set(template ${WORK}/lotse.pot)
execute_process(COMMAND xgettext --from-code=UTF-8 -L C++ -k_ -kP_:1,2 --no-location -o ${template} ${sources}
  COMMAND_ERROR_IS_FATAL ANY)
file(GLOB catalogues ${SOURCE}/po/*.po)
foreach(catalogue ${catalogues})
  execute_process(COMMAND msgcmp ${catalogue} ${template} RESULT_VARIABLE result ERROR_VARIABLE words)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${catalogue}:\n${words}")
  endif()
  execute_process(COMMAND msgattrib --only-fuzzy --no-obsolete ${catalogue} OUTPUT_VARIABLE fuzzy
    COMMAND_ERROR_IS_FATAL ANY)
  if(fuzzy MATCHES "msgid")
    message(FATAL_ERROR "${catalogue} has doubtful texts:\n${fuzzy}")
  endif()
endforeach()
