#include "master/own_relay.h"

int main(int argc, char** argv) {
  return lotse::program::main_program(lotse::program::Kind::master, argc, argv, lotse::master::start_own_relay);
}
