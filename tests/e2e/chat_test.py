"""Conversations: to all, to one and in groups; their times, what is kept of them, and links in a real window."""

import os
import stat
import time
import unittest

from scene import SceneTest, Screen, wait_until

ARABIC = "مرحبا بالعالم"


class ChatTest(SceneTest):
    """Anna leads; Bernd, Clara and Dora are members."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--name", "Anna")
        cls.bernd, cls.clara, cls.dora = (scene.join(cls.master, name) for name in ("Bernd", "Clara", "Dora"))

    def lines(self, program):
        return program.command("chat_history")["lines"]

    def texts(self, program):
        return [l["text"] for l in self.lines(program)]

    def test_a_group_hears_its_lines_and_nobody_else(self):
        group = [0, self.clara.id]
        self.bernd.command("chat", text="for three", to=group)
        seen = [p.event("chat", text="for three") for p in (self.master, self.clara, self.bernd)]
        for line in seen:
            self.assertEqual((line["from"], line["name"]), (self.bernd.id, "Bernd"))
            self.assertEqual(sorted(line["to"]), sorted(group))
            self.assertLess(abs(line["time"] - time.time()), 60)
        self.assertEqual(seen[0]["conversation"], sorted([self.bernd.id, self.clara.id]))
        self.master.command("chat", text="an answer", to=seen[0]["conversation"])
        self.assertEqual(self.clara.event("chat", text="an answer")["conversation"], sorted([0, self.bernd.id]))
        self.assertEqual(self.bernd.event("chat", text="an answer")["conversation"], sorted(group))
        for speaker in (self.bernd, self.master):
            speaker.command("chat", text=f"all, from {speaker.name}")
            self.dora.event("chat", text=f"all, from {speaker.name}")
        self.assertFalse({"for three", "an answer"} & set(self.texts(self.dora)))

    def test_a_group_goes_on_after_a_cut(self):
        start = len(self.clara.lines)
        group = [0, self.clara.id]
        self.clara.command("drop_connection", ms=1500)
        for i in range(5):
            self.bernd.command("chat", text=f"cut {i}", to=group)
        self.clara.event("chat", start=start, text="cut 4")
        heard = [l["text"] for l in self.clara.lines[start:] if l.get("event") == "chat" and l["text"].startswith("cut")]
        self.assertEqual(heard, [f"cut {i}" for i in range(5)])

    def test_a_private_line_names_both(self):
        self.clara.command("chat", text="just you", to=self.bernd.id)
        self.assertEqual(self.bernd.event("chat", text="just you")["conversation"], self.clara.id)
        self.assertEqual(self.clara.event("chat", text="just you")["conversation"], self.bernd.id)

    def test_who_is_not_there_is_in_no_group(self):
        for to, code in (([0, 77], "no_such_member"), ([], "bad_request"), (["x"], "bad_request"),
                         ([self.bernd.id], "no_such_member"), (list(range(150)), "too_large"), ([-1, 0], "bad_request")):
            answer = self.bernd.tell("chat", text="x", to=to)
            self.assertEqual((to, answer["ok"], answer.get("error", {}).get("code")), (to, False, code))

    def test_what_was_said_becomes_a_file_of_ones_own(self):
        self.bernd.command("chat", text="one\n2001-01-01\tforged", to=[0, self.clara.id])
        self.bernd.command("chat", text=ARABIC)
        self.clara.event("chat", text=ARABIC)
        file = self.scene.folder / "chat.txt"
        answer = self.clara.command("chat_export", file=str(file))
        text = file.read_text(encoding="utf-8")
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.assertEqual(len(text.splitlines()), answer["lines"])
        self.assertEqual(len(text.splitlines()), len(self.lines(self.clara)))
        said = [l.split("\t") for l in text.splitlines()]
        bernd = f"Bernd ({self.bernd.id})"
        self.assertEqual(said[-1][1:], [bernd, "all", ARABIC])
        self.assertEqual(said[-2][1:], [bernd, f"Anna (0), Clara ({self.clara.id})", "one 2001-01-01 forged"])
        again = self.clara.tell("chat_export", file=str(file))
        self.assertEqual(again["error"]["code"], "file_exists")
        self.assertEqual(file.read_text(encoding="utf-8"), text)


class WindowTest(SceneTest):
    """Anna leads without a window, Bernd has one."""

    @classmethod
    def prepare(cls, scene):
        cls.opened = scene.folder / "opened"
        tools = scene.folder / "tools"
        tools.mkdir()
        browser = tools / "xdg-open"
        browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" >"{cls.opened}.new"\nmv "{cls.opened}.new" "{cls.opened}"\n')
        browser.chmod(0o755)
        scene.environment["PATH"] = f"{tools}{os.pathsep}{scene.environment['PATH']}"
        scene.environment["HOME"] = str(scene.folder)
        scene.open_relay()
        cls.screen = Screen(scene, "1100x800")
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna")
        cls.window = scene.window(cls.master, "Bernd", cls.screen)
        cls.bernd = cls.master.event("joined", name="Bernd")["participant"]
        cls.clara = scene.join(cls.master, "Clara")
        cls.window.event("picture")

    def tree(self):
        return self.window.command("ui_tree")["tree"]

    def wait_for(self, what, **fields):
        return wait_until(lambda: next((c for c in self.tree() if all(c[k] == v for k, v in fields.items())), None), what)

    def press(self, control):
        wait_until(lambda: self.window.tell("ui_press", control=control)["ok"], f"{control} to be pressed")

    def test_a_group_is_begun_and_answered_in_the_window(self):
        if not any(c["id"] == "chat.talk" for c in self.tree()):
            self.press("panel.chat")
        self.press("chat.talk")
        self.press("chat.new")
        self.press("talk.with.0")
        self.press(f"talk.with.{self.clara.id}")
        self.press("talk.begin")
        self.wait_for("the group", id="chat.talk", label="Anna, Clara")
        x, y, wide, high = (int(v) for v in self.wait_for("the field", id="chat.text")["rect"])
        self.screen.run("xdotool", "mousemove", x + wide // 2, y + high // 2, "click", 1)
        self.wait_for("the field in use", id="chat.text", focused=True)
        self.screen.run("xdotool", "type", "--delay", "30", "we three")
        self.screen.run("xdotool", "key", "Return")
        line = self.clara.event("chat", text="we three")
        self.assertEqual(sorted(line["to"]), sorted([0, self.clara.id]))
        self.assertEqual(self.master.event("chat", text="we three")["from"], self.bernd)
        self.clara.command("chat", text="yes, three", to=line["conversation"])
        self.wait_for("the answer", label="yes, three")
        self.master.command("chat", text="to all")
        self.wait_for("what is new elsewhere", id="chat.talk", label="Anna, Clara · 1 new")
        self.assertFalse(any(c["label"] == "to all" for c in self.tree()))
        self.press("chat.talk")
        self.press("chat.with.all")
        self.wait_for("the line to all", label="to all")
        self.press("chat.talk")
        self.press("chat.save")
        wait_until(lambda: list(self.scene.folder.glob("lotse-chat-*.txt")), "the saved chat")

    def test_a_link_is_opened_where_it_really_leads_and_when_asked(self):
        if not any(c["id"] == "chat.talk" for c in self.tree()):
            self.press("panel.chat")
        self.press("chat.talk")
        self.press("chat.with.all")
        self.master.command("chat", text="look at https://bank.com@büro.example/a'b;$(x).")
        self.wait_for("the link", role="link", label="https://bank.com@büro.example/a'b;$(x)")
        link = next(c["id"] for c in self.tree() if c["role"] == "link")
        self.press(link)
        self.wait_for("its host", label="xn--bro-hoa.example")
        self.press("link.cancel")
        self.press(link)
        self.assertFalse(self.opened.exists())
        self.press("link.open")
        wait_until(self.opened.exists, "the browser")
        self.assertEqual(self.opened.read_text().splitlines(), ["1", "https://xn--bro-hoa.example/a%27b;%24(x)"])


if __name__ == "__main__":
    unittest.main()
