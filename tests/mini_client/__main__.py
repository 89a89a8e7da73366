"""Joins the session of the link on standard input and prints what it hears, until that ends:
    echo "$link" | python3 tests/mini_client"""

import pathlib
import socket
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

from mini_client import client  # noqa: E402
from mini_client.primitives import Refused  # noqa: E402
from web_socket import WebSocket  # noqa: E402


def main():
    link = client.parse_link(sys.stdin.readline().strip())
    mini = client.MiniClient(WebSocket(link["port"], link["host"]), link["number"], link=link)
    mini.join()
    print("members:", ", ".join(m["name"] for m in mini.members.values()), flush=True)
    mini.connection.socket.settimeout(5)
    while True:
        try:
            mini.next()
        except socket.timeout:
            mini.ping(1)  # who says nothing counts as away
        for word, value in mini.events:
            print(word, value, flush=True)
        mini.events.clear()
        mini.pictures.clear()


try:
    main()
except (Refused, ConnectionError) as why:
    sys.exit(str(why))
except KeyboardInterrupt:
    pass
