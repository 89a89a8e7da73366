#include "program/main_program.h"

int main(int argc, char** argv) { return lotse::program::main_program(lotse::program::Kind::master, argc, argv); }
