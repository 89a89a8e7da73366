"""The client of tests/mini_client, written from the documents alone, against the real programs."""

import re
import sys
import threading
import unittest

from scene import ROOT, TERMINAL, Screen, SceneTest, wait_until
from web_socket import WebSocket

sys.path.insert(0, str(ROOT / "tests"))

from mini_client import client, packets  # noqa: E402
from mini_client.primitives import Refused  # noqa: E402


class MiniClientTest(SceneTest):
    typing = False

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, "640x400")  # the last row of slots is 16 pixels high
        cls.screen.furnish()
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd")
        cls.guest.event("picture")

    def connect(self):
        socket = WebSocket(int(self.scene.address.split(":")[1]))
        socket.socket.settimeout(60)
        self.addCleanup(socket.close)
        return socket

    def knock(self, name, number=None, **how):
        """A mini-client at the door."""
        return client.MiniClient(self.connect(), number or self.master.number, name=name, **how)

    def join(self, name, **how):
        """A mini-client that is in, as the master sees it, too."""
        how = how or {"code": self.scene.code_of(self.master)}
        start = len(self.master.lines)
        mini = self.knock(name, **how)
        mini.join()
        self.assertEqual(self.master.event("joined", start=start, name=name)["participant"], mini.keys.index)
        return mini

    def link(self):
        return client.parse_link([l for l in self.master.lines if l.get("event") in ("session", "code")][-1]["link"])

    def test_it_joins_by_number_and_code_and_reads_the_signed_roster(self):
        mini = self.join("Mini")
        self.assertEqual([mini.members[n]["name"] for n in (0, self.guest.id, mini.keys.index)],
                         ["Anna", "Bernd", "Mini"])
        self.assertEqual(mini.members[0]["ed"], mini.handshake.offer.ed)
        self.assertEqual(mini.members[mini.keys.index]["ed"], mini.handshake.ed.public)
        names = {index: m["name"] for index, m in mini.members.items()}
        self.guest.wait_for(lambda l: l.get("event") == "roster"
                            and {m["participant"]: m["name"] for m in l["members"]} == names, "the same roster")

    def test_it_joins_by_link(self):
        mini = self.join("Linus", link=self.link())
        mini.chat("by link")
        self.assertEqual(self.guest.event("chat", text="by link")["from"], mini.keys.index)

    def test_a_wrong_code_and_a_wrong_fingerprint_let_it_not_in(self):
        code = self.scene.code_of(self.master)
        with self.assertRaisesRegex(Refused, "refused 1"):  # bad code
            self.knock("Mallory", code=code[:-1] + str((int(code[-1]) + 1) % 10)).join()
        with self.assertRaisesRegex(Refused, "bad fingerprint"):
            self.knock("Linus", link={**self.link(), "fingerprint": "a" * 16}).join()

    def test_without_a_code_both_sides_have_the_same_words(self):
        master = self.scene.master("--share", "none", "--password", "none")
        mini = self.knock("Nora", number=master.number, code=None)
        joining = threading.Thread(target=mini.join)
        joining.start()
        waits = master.event("lobby", name="Nora")
        quoted = re.findall(r'^ *"(.*)"', (ROOT / "crypto/words.cpp").read_text(), re.M)
        words = [word for line in quoted for word in line.split()]
        self.assertEqual(waits["sas"], " ".join(words[mini.handshake.sas() >> shift & 1023] for shift in (20, 10, 0)))
        master.command("admit", participant=waits["participant"])
        joining.join(60)
        self.assertEqual(mini.members[mini.keys.index]["name"], "Nora")

    def test_ping_and_pong(self):
        mini = self.join("Pia")
        mini.ping(77)
        source, pong = mini.wait_for("pong")
        self.assertEqual((source, pong["value"], pong["epoch"]), (0, 77, max(mini.keys.epochs)))
        self.assertEqual(pong["roster_version"], mini.roster["version"])

    def test_the_master_says_again_what_a_member_lacks(self):
        mini = self.join("Quentin")
        mini.tell(0, 0, ping={"value": 78})  # has no epoch and no roster
        self.assertEqual(mini.wait_for("pong")[1]["value"], 78)
        self.assertEqual(mini.wait_for("epoch"), max(mini.keys.epochs))

    def test_chat_goes_both_ways_to_all_and_to_one(self):
        mini = self.join("Carla")
        me = mini.keys.index
        self.master.command("chat", text="to all of you")
        self.assertEqual(mini.wait_for("chat"), (0, 0xFFFF, "to all of you"))
        self.guest.command("chat", text="from a member")
        self.assertEqual(mini.wait_for("chat"), (self.guest.id, 0xFFFF, "from a member"))
        self.master.command("chat", text="to you alone", to=me)
        self.assertEqual(mini.wait_for("chat"), (0, me, "to you alone"))
        self.guest.command("chat", text="between members", to=me)
        self.assertEqual(mini.wait_for("chat"), (self.guest.id, me, "between members"))
        mini.chat("signed: ÄÖÜ 🙂")
        for program in (self.master, self.guest):
            heard = program.event("chat", text="signed: ÄÖÜ 🙂")
            self.assertEqual((heard["from"], heard["to"]), (me, "all"))
        for program, index in ((self.master, 0), (self.guest, self.guest.id)):
            mini.chat(f"for {index} alone", to=index)
            self.assertEqual(program.event("chat", text=f"for {index} alone")["from"], me)
        self.assertNotIn("for 0 alone", [l.get("text") for l in self.guest.lines])

    def test_it_comes_back_over_another_connection_as_the_same_member(self):
        mini = self.join("Rita")
        start = len(self.master.lines)
        mini.connection.close()
        self.master.wait_for(lambda l: l.get("event") == "roster" and [
            m["away"] for m in l["members"] if m["participant"] == mini.keys.index] == [True], "Rita away", start=start)
        self.master.command("chat", text="while Rita was away")
        mini.resume(self.connect())
        mini.chat("here again")
        for program in (self.master, self.guest):
            self.assertEqual(program.event("chat", text="here again")["from"], mini.keys.index)
        self.master.command("chat", text="welcome back")
        self.assertEqual(mini.wait_for("chat"), (0, 0xFFFF, "welcome back"))

    def follow(self, mini):
        """Until its picture is exact, proven, and what stands on the screen."""
        mini.until(lambda: (canvas := mini.exact()) and canvas.rgb() == self.screen.grab().rgb, "the screen as it is")

    def moves(self, mini):
        """Of each delta: how many rectangles it moved, or None when it did not fit."""
        return [moves for header, moves in mini.pictures if header.kind == packets.DELTA]

    def type_in(self, text):
        if not self.typing:
            self.master.command("grant", participant=self.guest.id, right="control")
            self.guest.event("granted", right="control")
            self.guest.command("click", x=TERMINAL[0], y=TERMINAL[1], button=1)
            MiniClientTest.typing = True
        self.guest.command("type", text=text)

    def test_it_decodes_the_screen_bit_by_bit(self):
        mini = self.join("Paul")
        self.follow(mini)
        self.assertEqual({coder for header, coder in mini.pictures if header.kind == packets.SLOT}, {0, 1})
        state = mini.screens[0, 0]
        self.assertEqual((state["width"], state["height"], state["sharing"]), (640, 400, True))
        self.screen.run("xsetroot", "-solid", "#7b2d5a")
        red = bytes.fromhex("7b2d5a")
        mini.until(lambda: (canvas := mini.exact()) and canvas.rgb().endswith(red), "the new picture")
        self.follow(mini)

    def test_it_follows_typing_and_scrolling(self):
        mini = self.join("Tilda")
        self.follow(mini)
        self.type_in("echo typing")
        mini.until(lambda: 0 in self.moves(mini), "a delta without moves")
        self.follow(mini)
        enough, done = self.scene.folder / "enough", self.scene.folder / "scrolled"
        cells = " ".join(f"$((i*{factor}%256)) $((i*{factor}%9973))" for factor in range(7919, 7999, 5))  # many colours
        self.type_in(f"; i=0; while [ ! -e {enough} ]; do i=$((i+1)); printf '\\033[48;5;%dm%5d' {cells}; "
                     f"sleep 0.05; done; touch {done}\n")
        mini.until(lambda: sum(map(bool, self.moves(mini))) >= 10, "deltas with moves")
        enough.touch()
        wait_until(done.exists, "the end of the command")
        self.follow(mini)
        self.assertNotIn(None, self.moves(mini))
        self.assertEqual(mini.exact().frame, mini.frame_ends[0, 0][0].version)  # its last packet was marked
        self.assert_shows(self.guest, self.screen)

    def withhold(self, mini, kinds, how_many):
        """Packets of these kinds do not come to it; a list of their headers as they are let go."""
        withheld, take = [], mini.take

        def filtered(packet):
            header = packets.parse(packet)[0]
            if header.kind in kinds and len(withheld) < how_many:
                withheld.append(header)
            else:
                take(packet)
        mini.take = filtered
        return withheld

    def test_a_delta_that_does_not_fit_is_noticed_and_repaired(self):
        mini = self.join("Wilma")
        self.follow(mini)
        withheld = self.withhold(mini, {packets.DELTA}, 1)
        self.type_in("true a")
        mini.until(lambda: withheld, "a delta to withhold")
        self.type_in("bc")
        mini.until(lambda: None in self.moves(mini), "a delta that does not fit")
        misfit = next(at for at, (header, moves) in enumerate(mini.pictures) if moves is None)
        asked = set(mini.wait_for("asked"))
        self.assertLessEqual(asked, {*withheld[0].targets, *mini.pictures[misfit][0].targets})
        self.follow(mini)
        came = {header.slot for header, _ in mini.pictures[misfit:] if header.kind == packets.SLOT}
        self.assertLessEqual(asked, came)

    def test_what_is_withheld_altogether_is_missed_by_the_manifest(self):
        mini = self.join("Willi")
        self.follow(mini)
        withheld = self.withhold(mini, {packets.DELTA, packets.SLOT}, 1 << 20)
        self.type_in("\n")
        asked = mini.wait_for("asked")
        self.assertLessEqual(set(asked), {s for header in withheld for s in header.targets or [header.slot]})
        del mini.take
        self.follow(mini)


if __name__ == "__main__":
    unittest.main()
