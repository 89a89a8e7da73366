// A file on its way between this computer and another member's, or the board.
#pragma once
#include <cstdint>
#include <string>

namespace lotse::ui {

enum class TransferState { offered, active, paused, waiting, done, failed, refused, cancelled };

struct Transfer {
  std::string id;  // as the program names it
  bool incoming = false;
  int peer = -1;          // the other one, -1: all, or the board
  std::string peer_name;  // as last known: who has left keeps it here
  std::string name;       // for people; never a path
  std::int64_t size = 0, done = 0;
  bool is_folder = false;
  int files = 0;  // in it, as its sender says
  TransferState state = TransferState::offered;
  std::string path;  // done and incoming: where it lies now
  double rate_bps = 0;
  std::int64_t left_s = -1;  // unknown: -1
  std::string why, reason;   // it failed: a word of the control interface, and the same for people
  bool board = false;        // put on the board or fetched from there
  std::string board_file;    // fetched: which one
};

inline bool is_finished(const Transfer& transfer) { return transfer.state >= TransferState::done; }
/// Offered to this person, who has not answered.
inline bool is_offer(const Transfer& transfer) { return transfer.incoming && transfer.state == TransferState::offered; }

// The peers decide how many files they offer; this decides how many are listed.
inline constexpr std::size_t kMaxTransfers = 200;

}  // namespace lotse::ui
