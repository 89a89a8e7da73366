"""A relay that lies: it ends TLS with the key of a real relay behind it, reads every WebSocket message of both ways,
and passes on what rules make of them. Rules run on the thread of their connection; what is injected waits for it."""

import collections
import select
import socket
import ssl
import threading
import time

from scene import Failure, SceneTest, certificate_in, programs, wait_until
from web_socket import any_server, take_frame, write_frame

UP, DOWN = "up", "down"  # from the program, to the program


class Wire:
    """One of both ends of a connection: bytes in, messages out."""

    def __init__(self, tls, masks):
        self.tls, self.masks = tls, masks  # whether what we send there has to be masked
        self.buffer, self.part, self.open = b"", b"", False

    def read(self):
        """What has come: ("head", bytes), ("message", bytes) or ("control", (opcode, bytes)). Nothing: closed."""
        self.tls.settimeout(0)  # readable may mean a session ticket alone
        try:
            data = self.tls.recv(1 << 18)
        except ssl.SSLWantReadError:
            return []
        finally:
            self.tls.settimeout(None)
        if not data:
            raise ConnectionError("closed")
        self.buffer += data
        return list(self._parse())

    def _parse(self):
        if not self.open:
            end = self.buffer.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            head, self.buffer, self.open = self.buffer[:end], self.buffer[end:], True
            yield "head", head
        while (frame := take_frame(self.buffer)) is not None:
            opcode, last, payload, size = frame
            self.buffer = self.buffer[size:]
            if opcode >= 8:
                yield "control", (opcode, payload)
                continue
            self.part += payload
            if last:
                yield "message", self.part
                self.part = b""

    def send(self, message, opcode=2):
        self.tls.sendall(write_frame(message, opcode, self.masks))


class Connection:
    """One program and its connection to the real relay. `passed`: every (way, message) as it was sent to us."""

    def __init__(self, relay, program, behind):
        self.relay = relay
        self.ends = {UP: Wire(program, masks=False), DOWN: Wire(behind, masks=True)}  # by where messages come from
        self.role, self.rule, self.passed, self.gone = None, None, [], False
        self.orders, self.wake = collections.deque(), socket.socketpair()
        self.silent = False  # whether even pings stay unanswered

    def serve(self):
        sources = {end.tls: way for way, end in self.ends.items()}
        try:
            while True:
                ready = [s for s in sources if s.pending()] or select.select([*sources, self.wake[0]], [], [])[0]
                for source in ready:
                    if source is self.wake[0]:
                        self.wake[0].recv(4096)
                        self._obey()
                    else:
                        self._forward(sources[source])
        except OSError:
            pass
        finally:
            with self.relay.news:
                self.gone = True
                self.relay.news.notify_all()
            for end in self.ends.values():
                end.tls.close()

    def _obey(self):
        while self.orders:
            way, message = self.orders.popleft()
            self._other(way).send(message)

    def _other(self, way):
        return self.ends[DOWN if way == UP else UP]

    def _forward(self, way):
        events = self.ends[way].read()
        self._obey()  # what was injected before anybody said this goes before it
        for kind, what in events:
            if kind == "head":
                self._other(way).tls.sendall(what)
            elif kind == "control":
                if not self.silent:
                    self._other(way).send(what[1], what[0])
            else:
                for message in self._judge(way, what):
                    self._other(way).send(message)

    def _judge(self, way, message):
        if way == UP and self.role is None:
            self.relay.met(self, message)
        rule = self.rule
        try:
            result = [message] if rule is None else rule(way, message)
        except Exception as error:  # a rule that fails is a failure of its test
            self.relay.failures.append(error)
            result = []
        with self.relay.news:
            self.passed.append((way, message))
            self.relay.news.notify_all()
        return [message] if result is None else result

    def inject(self, way, *messages):
        """Says something that nobody said."""
        self.orders.extend((way, m) for m in messages)
        self.wake[1].send(b"x")

    def wait_for(self, way, wanted, what, start=0):
        """The first message of this way, from `start` of `passed` on, for which `wanted(message)` holds."""
        def found():
            return next((m for w, m in self.passed[start:] if w == way and wanted(m)), None)
        return self.relay.wait(found, what)


class HostileRelay:
    """Stands in front of a relay, with its certificate and key."""

    def __init__(self, certificate, key, port_behind):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.port_behind, self.news = port_behind, threading.Condition()  # the latter says that anything happened
        self.connections, self.failures, self.next_rules = [], [], collections.deque()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        try:
            program = self.context.wrap_socket(plain, server_side=True)
            behind = any_server().wrap_socket(socket.create_connection(("127.0.0.1", self.port_behind)))
        except OSError:
            return plain.close()
        Connection(self, program, behind).serve()

    def met(self, connection, first):
        """A connection has said what it is."""
        connection.role = "master" if first[0] == 0x10 else "client"
        if connection.role == "client" and self.next_rules:
            connection.rule = self.next_rules.popleft()(connection)
        with self.news:
            self.connections.append(connection)
            self.news.notify_all()

    def attack_next_client(self, make_rule):
        """`make_rule(connection)` gives the rule of the next client: rule(way, message) -> messages to pass on, or None
        for the message as it is."""
        self.next_rules.append(make_rule)

    def newest(self, role):
        return [c for c in self.connections if c.role == role][-1]

    def wait(self, found, what):
        """What `found()` returns as soon as that is something; asked after each message."""
        end = time.monotonic() + programs.PATIENCE
        with self.news:
            while (result := found()) is None or result is False:
                if not self.news.wait(end - time.monotonic()):
                    raise Failure(f"waited in vain for {what}")
        return result

    def close(self):
        self.server.close()


# ---- rules and what they are made of ---------------------------------------------------------------------------------

HANDSHAKE, TUNNEL, PACKET, LINK_DOWN = 0x20, 0x12, 0x30, 0x04


def handshake_of(message):
    """(message number, body) of a HANDSHAKE frame, else (0, b"")."""
    return (message[5], message[6:]) if message[0] == HANDSHAKE and len(message) > 5 else (0, b"")


def handshake_frame(link, number, body):
    return bytes([HANDSHAKE]) + link.to_bytes(4, "big") + bytes([number]) + body


def changing(way, number, change):
    """A maker of rules: the body of one kind of handshake message becomes `change(body)`; without one it is dropped."""
    def make(_):
        def rule(on, message):
            if on == way and handshake_of(message)[0] == number:
                return [message[:6] + change(message[6:])] if change else []
        return rule
    return make


class HostileTest(SceneTest):
    """A scene whose programs reach the relay through a hostile one, with a session that has to outlive every attack."""

    SHARE = ("--share", "none")

    @classmethod
    def prepare(cls, scene):
        scene.open_relay("--udp", "off")  # everything has to pass through what lies
        cls.hostile = HostileRelay(*certificate_in(scene.folder / "relay"), int(scene.address.split(":")[1]))
        cls.addClassCleanup(cls.hostile.close)
        # Everything by the relay that is hostile: ways of their own would spare them most of it.
        scene.reach = ["--relay", f"127.0.0.1:{cls.hostile.port}", "--relay-pin", scene.pin, "--path", "tls"]
        cls.master = scene.master(*cls.SHARE, "--name", "Anna")

    def setUp(self):
        self.start = len(self.master.lines)

    def tearDown(self):
        """Whatever was done: no rule failed, and an honest participant still comes in and is heard."""
        self.assertEqual(self.hostile.failures, [])
        self.hostile.next_rules.clear()
        start = len(self.master.lines)
        self.master.command("new_code")  # forgets wrong ones
        self.master.event("code", start=start)
        honest = wait_until(self.honest, "an honest participant")
        honest.command("chat", text=f"still here, {self.id()}")
        self.master.event("chat", text=f"still here, {self.id()}", start=self.start)
        honest.command("quit")
        self.assertEqual(honest.exit_code(), 0)
        self.assertEqual([l for l in self.master.lines[self.start:] if l.get("event") == "error"], [])

    def honest(self):
        """A participant who is in; nothing when the master has just had its ten joins of this second."""
        guest = self.scene.guest(self.master, "--name", "Honest")
        answer = guest.wait_for(lambda l: l.get("event") in ("roster", "error"), "roster or error")
        if answer["event"] == "roster":
            return guest
        self.assertEqual(answer["code"], "rate_limited")
        return None

    @classmethod
    def enter(cls, name):
        """(participant, connection) of somebody who came in undisturbed."""
        met = []
        cls.hostile.attack_next_client(met.append)
        return cls.scene.join(cls.master, name), met[0]

    def victim(self, make_rule, how="code"):
        """A participant on its way in whose connection has this rule."""
        self.hostile.attack_next_client(make_rule)
        if how == "link":
            link = [l for l in self.master.lines if l.get("event") in ("session", "code")][-1]["link"]
            return self.scene.headless("lotse-participant", link, "--name", "Victim", reach=[])
        return self.scene.guest(self.master, "--name", "Victim")

    def assert_kept_out(self, victim, error):
        """It says so and ends, and on neither side anybody came in."""
        self.assert_ends(victim, 3, error)
        self.assertEqual([l for l in victim.lines if l.get("event") in ("roster", "picture", "chat")], [])
        self.assertEqual([l for l in self.master.lines[self.start:] if l.get("event") == "joined"], [])
