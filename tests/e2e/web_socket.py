"""The least of a WebSocket over TLS, in Python alone: to be a peer that says what no program of Lotse would say, and to
read what a tap has recorded."""

import base64
import hashlib
import os
import re
import socket
import ssl
import struct
import threading


def any_server():
    """A client's TLS that believes whomever it meets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class WebSocket:
    """A client of a relay. Messages are binary."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = any_server().wrap_socket(socket.create_connection((host, port), 30))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /v1/link HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Protocol: lotse.v1\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        self.buffer += data

    def send(self, message, opcode=2):
        self.socket.sendall(write_frame(message, opcode, masked=True))

    def receive(self):
        """The next message; pings are answered, their like left out."""
        while True:
            frame = take_frame(self.buffer)
            if frame is None:
                self._more()
                continue
            opcode, _, payload, size = frame
            self.buffer = self.buffer[size:]
            if opcode == 8:
                raise ConnectionError("closed")
            if opcode == 9:
                self.send(payload, opcode=10)
            if opcode in (0, 1, 2):
                return payload

    def close(self):
        self.socket.close()


class FakeRelay:
    """A server that plays `script(receive, send)` to each program that comes, and then listens until it goes."""

    def __init__(self, certificate, key, script):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.script = script
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self.server.accept()
                with self.context.wrap_socket(plain, server_side=True) as program:
                    self._serve(program)
            except OSError:
                if self.server.fileno() < 0:
                    return

    def _serve(self, program):
        head = b""
        while b"\r\n\r\n" not in head:
            head += program.recv(4096)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)[1]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        program.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        b"Sec-WebSocket-Protocol: lotse.v1\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        buffer = b""

        def send(message):
            size = len(message)
            program.sendall((bytes([0x82, size]) if size < 126 else b"\x82\x7e" + struct.pack(">H", size)) + message)

        def receive():
            nonlocal buffer
            while (frame := take_frame(buffer)) is None:
                data = program.recv(65536)
                if not data:
                    raise ConnectionError("closed")
                buffer += data
            buffer = buffer[frame[3]:]
            return frame[2]

        self.script(receive, send)
        while program.recv(65536):
            pass

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


def write_frame(message, opcode, masked):
    size, mask = len(message), os.urandom(4) if masked else b""
    short = size if size < 126 else 126 if size < 65536 else 127
    length = b"" if size < 126 else struct.pack(">H" if size < 65536 else ">Q", size)
    return bytes([0x80 | opcode, short | (0x80 if masked else 0)]) + length + mask + (unmask(message, mask) if mask
                                                                                     else message)


def unmask(data, mask):
    pad = (mask * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(data), "big")


def take_frame(data):
    """(opcode, last of its message, payload, bytes that it took) of the first frame, or nothing yet."""
    if len(data) < 2:
        return None
    size, at = data[1] & 0x7F, 2
    if size >= 126:
        more = 2 if size == 126 else 8
        size, at = int.from_bytes(data[2:2 + more], "big"), 2 + more
    mask = b""
    if data[1] & 0x80:
        mask, at = data[at:at + 4], at + 4
    if len(data) < at + size:
        return None
    payload = data[at:at + size]
    return data[0] & 15, bool(data[0] & 0x80), unmask(payload, mask) if mask else payload, at + size


def messages_of(stream):
    """All messages of one direction of a recorded connection, its HTTP head left out."""
    at, found, part = stream.find(b"\r\n\r\n") + 4, [], b""
    while (frame := take_frame(stream[at:at + (1 << 21)])) is not None:
        opcode, last, payload, size = frame
        at += size
        if opcode in (0, 1, 2):
            part += payload
            if last:
                found.append(part)
                part = b""
    return found
