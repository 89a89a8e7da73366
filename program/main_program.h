// What both programs do in main(): options, log, loop, engine, lines or windows.
#pragma once
#include "program/options.h"

namespace lotse::program {

/// Returns the exit code of the program.
int main_program(Kind kind, int argc, char** argv);

}  // namespace lotse::program
