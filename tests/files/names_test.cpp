#include "files/names.h"

#include <catch2/catch.hpp>

using lotse::files::numbered_name;
using lotse::files::safe_name;

TEST_CASE("names that others gave stay in the folder and say what they are") {
  CHECK(safe_name("report.pdf") == "report.pdf");
  CHECK(safe_name("Überblick 2026 – ☃.tar.gz") == "Überblick 2026 – ☃.tar.gz");
  CHECK(safe_name("../../etc/passwd") == "passwd");
  CHECK(safe_name("/etc/shadow") == "shadow");
  CHECK(safe_name("..\\..\\windows\\system32\\cmd.exe") == "cmd.exe");
  CHECK(safe_name(".bashrc") == "bashrc");
  CHECK(safe_name("....") == "file");
  CHECK(safe_name("") == "file");
  CHECK(safe_name("a/") == "file");
  CHECK(safe_name(std::string("a\0b\n\r\x1b[31m.txt", 14)) == "ab[31m.txt");
  CHECK(safe_name("photo_\u202Egpj.exe") == "photo_gpj.exe");
  CHECK(safe_name("zero\u200Bwidth\uFEFF.txt") == "zerowidth.txt");
  CHECK(safe_name("a:b*c?d\"e<f>g|h") == "a_b_c_d_e_f_g_h");
  CHECK(safe_name("\u2215etc\u2215passwd") == "_etc_passwd");
  CHECK(safe_name("CON") == "_CON");
  CHECK(safe_name("nul.txt") == "_nul.txt");
  CHECK(safe_name("com1.log") == "_com1.log");
  CHECK(safe_name("common.log") == "common.log");
  CHECK(safe_name("name. . .") == "name");
  CHECK(safe_name("\xFF\xFE") == "\uFFFD\uFFFD");
  std::string longest = safe_name(std::string(300, 'x') + ".pdf");
  CHECK(longest.size() == 180);
  CHECK(longest.substr(176) == ".pdf");
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "ü";
  CHECK(safe_name(wide + ".pdf").size() <= 180);
}

TEST_CASE("a name that is taken gets a number before its extension") {
  CHECK(numbered_name("report.pdf", 2) == "report (2).pdf");
  CHECK(numbered_name("README", 3) == "README (3)");
}
