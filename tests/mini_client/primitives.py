"""The primitives of docs/protocol/handshake.md, sections 1 and 3."""

import ctypes
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_sodium = ctypes.CDLL("libsodium.so.23")
if _sodium.sodium_init() < 0:
    raise OSError("libsodium does not start")


class Refused(Exception):
    """What a document says has to be refused; the word that it uses for it."""


def u8(value):
    return value.to_bytes(1, "big")


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


def lv(data):
    return u16(len(data)) + data


def lv_cat(*parts):
    joined = b""
    for part in parts:
        size = len(part)
        while size > 127:
            joined += u8(size & 127 | 128)
            size >>= 7
        joined += u8(size) + part
    return joined


def sha256(data):
    return hashlib.sha256(data).digest()


def sha512(data):
    return hashlib.sha512(data).digest()


def mac(key, data):
    return hmac.digest(key, data, "sha512")


def same(a, b):
    return hmac.compare_digest(a, b)


def extract(salt, ikm, hash_name="sha256"):
    return hmac.digest(salt or bytes(hashlib.new(hash_name).digest_size), ikm, hash_name)


def expand(prk, info, size, hash_name="sha256"):
    block, out, count = b"", b"", 1
    while len(out) < size:
        block = hmac.digest(prk, block + info + u8(count), hash_name)
        out, count = out + block, count + 1
    return out[:size]


def _nonce(iv, counter):
    return (int.from_bytes(iv, "big") ^ counter).to_bytes(12, "big")


def gcm_seal(key_and_iv, counter, aad, plaintext):
    return AESGCM(key_and_iv[:32]).encrypt(_nonce(key_and_iv[32:], counter), plaintext, aad)


def gcm_open(key_and_iv, counter, aad, sealed):
    try:
        return AESGCM(key_and_iv[:32]).decrypt(_nonce(key_and_iv[32:], counter), sealed, aad)
    except InvalidTag:
        raise Refused("does not open") from None


class SigningKey:
    """Ed25519. `public`: 32 bytes."""

    def __init__(self):
        self._key = Ed25519PrivateKey.generate()
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data):
        return self._key.sign(data)


def verify(public, signature, data):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except InvalidSignature:
        raise Refused("bad signature") from None


class AgreementKey:
    """X25519. `public`: 32 bytes."""

    def __init__(self):
        self._key = X25519PrivateKey.generate()
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def agree(self, other):
        try:
            return self._key.exchange(X25519PublicKey.from_public_bytes(other))
        except ValueError:  # all zero
            raise Refused("malformed") from None


def ristretto_map(hash64):
    point = ctypes.create_string_buffer(32)
    _sodium.crypto_core_ristretto255_from_hash(point, hash64)
    return point.raw


def random_scalar():
    scalar = ctypes.create_string_buffer(32)
    _sodium.crypto_core_ristretto255_scalar_random(scalar)
    return scalar.raw


def ristretto_multiply(scalar, point):
    """Refused: the encoding is not canonical, or the result is the identity."""
    product = ctypes.create_string_buffer(32)
    if len(point) != 32 or _sodium.crypto_scalarmult_ristretto255(product, scalar, point) != 0:
        raise Refused("malformed")
    return product.raw


def random(size):
    return os.urandom(size)
