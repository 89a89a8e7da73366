// A file on the session's board, as the windows know it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace lotse::ui {

struct BoardFile {
  std::string id;         // as the program names it
  std::string name;       // for people; never a path
  std::int64_t size = 0;  // bytes
  int owner = -1;         // who has put it there, perhaps gone by now
  std::string owner_name;
  std::time_t put = 0;  // by the owner's clock, 0: unknown
  bool mine = false, can_remove = false;
};

// The members decide how much they put there; this decides how much is listed.
inline constexpr std::size_t kMaxBoardFiles = 256;

}  // namespace lotse::ui
