"""Messages inside the seal: protobuf by the schema itself, wire/messages.proto. Messages are dicts: plain fields are
always there, messages in messages only when they were sent. Unknown fields are skipped."""

import pathlib
import re

from .primitives import Refused

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "wire/messages.proto"


def _load(text):
    """{message: {number: (name, type, repeated)}} of a proto3 file as plain as ours, whose nested names are unique."""
    text = re.sub(r"//[^\n]*", "", text)
    schema, stack, before = {}, [], ""
    for token in re.findall(r"[{}]|[^{};]+;|[^{};]+", text):
        token = token.strip()
        if token == "{":
            match = re.fullmatch(r"message (\w+)", before)
            stack.append(match[1] if match else stack[-1])  # the fields of a oneof are its message's
            schema.setdefault(stack[-1], {})
        elif token == "}":
            stack.pop()
        elif stack and (match := re.fullmatch(r"(repeated )?(\w+) (\w+) = (\d+);", token)):
            schema[stack[-1]][int(match[4])] = (match[3], match[2], bool(match[1]))
        before = token
    return schema


TYPES = _load(SCHEMA.read_text())


def _varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Refused("malformed")
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _write_varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _wires(kind, repeated):
    """How a field of this type may be written: 0 varint, 1 eight bytes, 2 with its length."""
    if kind in TYPES or kind in ("string", "bytes"):
        return (2,)
    return (1,) if kind == "fixed64" else (0, 2) if repeated else (0,)


def _value(kind, wire, raw):
    if kind in TYPES:
        return decode(kind, raw)
    if kind == "string":
        return raw.decode()
    if kind == "bytes":
        return raw
    if kind == "bool":
        return bool(raw)
    if kind == "sint32":
        return raw >> 1 ^ -(raw & 1)
    return int.from_bytes(raw, "little") if wire == 1 else raw


def decode(kind, data):
    """A dict of the message `kind` in these bytes."""
    found, at = {}, 0
    for name, type_name, repeated in TYPES[kind].values():
        if repeated:
            found[name] = []
        elif type_name not in TYPES:
            found[name] = {"string": "", "bytes": b"", "bool": False}.get(type_name, 0)
    while at < len(data):
        tag, at = _varint(data, at)
        wire, field = tag & 7, TYPES[kind].get(tag >> 3)
        if wire == 0:
            raw, at = _varint(data, at)
        else:
            if wire == 2:
                size, at = _varint(data, at)
            else:
                size = {1: 8, 5: 4}.get(wire, 1 << 30)
            raw, at = data[at:at + size], at + size
        if at > len(data):
            raise Refused("malformed")
        if field is None or wire not in _wires(field[1], field[2]):
            continue
        name, type_name, repeated = field
        if repeated and wire == 2 and type_name not in TYPES and type_name not in ("string", "bytes"):  # packed
            inner = 0
            while inner < len(raw):
                value, inner = _varint(raw, inner)
                found[name].append(value)
        elif repeated:
            found[name].append(_value(type_name, wire, raw))
        else:
            found[name] = _value(type_name, wire, raw)
    return found


def encode(kind, fields):
    out = b""
    for number, (name, type_name, repeated) in sorted(TYPES[kind].items()):
        if name not in fields:
            continue
        for value in fields[name] if repeated else [fields[name]]:
            if type_name in TYPES:
                value = encode(type_name, value)
            if isinstance(value, str):
                value = value.encode()
            if isinstance(value, bytes):
                out += _write_varint(number << 3 | 2) + _write_varint(len(value)) + value
            elif type_name == "fixed64":
                out += _write_varint(number << 3 | 1) + value.to_bytes(8, "little")
            else:
                if type_name == "sint32":
                    value = value << 1 ^ value >> 31
                out += _write_varint(number << 3) + _write_varint(int(value))
    return out
