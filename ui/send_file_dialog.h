// To whom a file goes, or that it goes on the board: after a drop on the window, after the desktop's dialog, or with a
// path typed where the desktop has none.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "ui/file_chooser.h"
#include "ui/page.h"

namespace lotse::ui {

class SendFileDialog {
 public:
  static constexpr int kAsk = -1, kBoard = -2, kFolder = -3;  // kFolder: a folder, asks for whom

  /// `wake`: from any thread, when take_chosen() has something to do.
  explicit SendFileDialog(std::function<void()> wake) : chooser_(std::move(wake)) {}

  /// One more file that was dropped on the window.
  void drop(PageContext& context, const std::string& file);
  /// Opens the desktop's dialog. `to`: a member, who then gets the files without another question, as kBoard does, or
  /// kAsk.
  void choose(PageContext& context, int to);
  /// Asks where an offered file shall go, and takes it.
  void save_in(PageContext& context, const std::string& file_id);
  /// Takes what was chosen in the desktop's dialog; true when something changed.
  bool take_chosen(PageContext& context);
  void draw(PageContext& context);
  void close();

 private:
  struct Receiver {
    std::string key;  // "all" or a member's number
    std::string title;
  };
  static std::vector<Receiver> receivers(const Model& model);
  static void put(PageContext& context, const std::vector<std::string>& files);
  bool add(PageContext& context, const std::string& file);
  void prepare(PageContext& context, int to);
  void draw_receivers(PageContext& context, Column& column, const std::vector<Receiver>& all);
  bool take_typed();
  bool for_board() const;
  /// True when Enter was pressed there.
  bool draw_typing(Column& column);
  void send(PageContext& context);

  FileChooser chooser_;
  int chosen_for_ = kAsk;
  std::string saving_;  // the offer whose place is being chosen, or none
  bool open_ = false, shown_ = false, typing_ = false;
  std::vector<std::string> files_;
  std::string to_, typed_, problem_;
};

}  // namespace lotse::ui
