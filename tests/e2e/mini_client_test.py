"""The client of tests/mini_client, written from the documents alone, against the real programs."""

import re
import sys
import threading
import unittest

from scene import ROOT, Picture, Screen, SceneTest
from web_socket import WebSocket

sys.path.insert(0, str(ROOT / "tests"))

from mini_client import client, slots  # noqa: E402
from mini_client.primitives import Refused  # noqa: E402


class MiniClientTest(SceneTest):
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

    def whole_picture(self, mini):
        """(RGB bytes, coders) of the master's screen; nothing before every slot is here, exact, and fits the digest."""
        count = len(range(0, 640, 64)) * len(range(0, 400, 64))
        _, end = mini.frame_ends.get((0, 0), (None, {"exact": False}))
        payloads = [mini.slots.get((0, 0, slot), (None, None))[1] for slot in range(count)]
        if end["exact"] and None not in payloads and not mini.unproven() and all(p[0] < 2 for p in payloads):
            rgb, digest = slots.picture(payloads, 640, 400)
            if digest == end["digest"]:
                return rgb, {p[0] for p in payloads}
        return None

    def test_it_decodes_the_screen_bit_by_bit(self):
        mini = self.join("Paul")
        rgb, coders = mini.until(lambda: self.whole_picture(mini), "an exact picture")
        self.assertEqual(coders, {0, 1})  # there was something to decode for both
        state = mini.screens[0, 0]
        self.assertEqual((state["width"], state["height"], state["sharing"]), (640, 400, True))
        self.assertEqual(self.screen.grab().differing(Picture(640, 400, rgb)), 0)
        self.screen.run("xsetroot", "-solid", "#7b2d5a")
        red = bytes.fromhex("7b2d5a")
        rgb, _ = mini.until(lambda: (p := self.whole_picture(mini)) and p[0].endswith(red) and p, "the new picture")
        self.assertEqual(self.screen.grab().differing(Picture(640, 400, rgb)), 0)


if __name__ == "__main__":
    unittest.main()
