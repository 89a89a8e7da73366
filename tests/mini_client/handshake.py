"""Both sides of the handshake, docs/protocol/handshake.md sections 2 to 9. Bytes in, bytes out."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from .primitives import (AgreementKey, Refused, SigningKey, expand, extract, gcm_open, gcm_seal, lv, lv_cat, mac,
                         random, random_scalar, ristretto_map, ristretto_multiply, same, sha256, sha512, u8, u16, u32,
                         verify)

NONE, TYPED, LINK = 0, 1, 2  # auth_mode
JOIN, OFFER, CONFIRM, KEY, READY, LOBBY, RESUME, REFUSED = range(1, 9)
SIZES = {JOIN: 443, OFFER: 194, LOBBY: 64, READY: 53}


def password_of(code):
    """PRS of a typed code."""
    kept = "".join(c for c in code if c not in " \t\r\n-")
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in kept).encode()


def fingerprint_of(ed):
    return base64.b32encode(sha256(b"rv1 fp" + ed)[:10]).decode().lower()


def rsa_key(bits=2048, exponent=65537):
    return rsa.generate_private_key(exponent, bits)


def spki_of(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _oaep(label):
    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label)


class Reader:
    """Fields of a fixed layout, one after the other; what is missing or left over is malformed."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if size < 0 or self.at + size > len(self.data):
            raise Refused("malformed")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def lv(self):
        return self.take(self.number(2))

    def rest(self):
        return self.take(len(self.data) - self.at)

    def end(self):
        if self.at != len(self.data):
            raise Refused("malformed")


class JoinFields:
    """What is in a JOIN."""

    def __init__(self, body):
        r = Reader(body)
        self.version, self.suite, self.mode = r.take(1)[0], r.take(1)[0], r.take(1)[0]
        self.client_id, self.spki = r.take(16), r.lv()
        self.ed, self.dh, self.commit, self.ya = (r.take(32) for _ in range(4))
        r.end()

    def bytes(self):
        return (bytes([self.version, self.suite, self.mode]) + self.client_id + lv(self.spki) + self.ed + self.dh
                + self.commit + self.ya)

    def ad(self):
        suite = bytes([self.version, self.suite])
        return lv_cat(self.client_id, sha256(self.spki), self.ed, self.dh, self.commit, suite)


class OfferFields:
    """What is in an OFFER."""

    def __init__(self, body):
        r = Reader(body)
        self.index, self.ed, self.dh = r.number(2), r.take(32), r.take(32)
        self.nonce, self.yb, self.signature = r.take(32), r.take(32), r.take(64)
        r.end()

    def bytes(self):
        return u16(self.index) + self.ed + self.dh + self.nonce + self.yb + self.signature

    def signed(self, t1):
        return b"rv1 offer" + t1 + u16(self.index) + self.dh + self.nonce + self.yb

    def ad(self):
        return lv_cat(u16(self.index), self.ed, self.dh, self.nonce)


class _Side:
    """What both sides compute alike."""

    def __init__(self, number, uuid):
        self.number, self.uuid = number.encode(), uuid
        self.sent = u8(1) + self.number + uuid

    def transcript(self, *bodies):
        """T_n, grown by these messages."""
        self.sent += b"".join(bodies)
        return sha256(self.sent)

    def generator(self, password, join):
        sid = self.uuid + join.client_id
        ci = lv_cat(b"rv1", u8(join.mode), b"client", b"master", self.number)
        head = lv_cat(b"CPaceRistretto255", password)
        return ristretto_map(sha512(head + lv_cat(bytes(max(0, 127 - len(head))), ci, sid)))

    def agree(self, join, offer, scalar, other_share):
        sid = self.uuid + join.client_id
        k = ristretto_multiply(scalar, other_share)
        self.isk = sha512(lv_cat(b"CPaceRistretto255_ISK", sid, k) + lv_cat(join.ya, join.ad())
                          + lv_cat(offer.yb, offer.ad()))
        self.mac_key = sha512(b"CPaceMac" + sid + self.isk)
        self.from_client, self.from_master = lv_cat(join.ya, join.ad()), lv_cat(offer.yb, offer.ad())

    def hello_key(self, t2):
        return expand(extract(t2, self.isk), b"rv1 hello", 44)

    def derive(self, t3, s):
        prk = extract(t3, self.isk + s)
        self.c2m = expand(prk, b"rv1 c2m key", 32) + expand(prk, b"rv1 c2m iv", 12)
        self.m2c = expand(prk, b"rv1 m2c key", 32) + expand(prk, b"rv1 m2c iv", 12)

    def mask(self, t3, secret):
        mask = expand(extract(t3, self.isk), b"rv1 mask", 32)
        return bytes(a ^ b for a, b in zip(secret, mask))


class Client(_Side):
    """C. Create it, send `join`, hand what comes to `take_offer` and `take_key`, send what they return."""

    def __init__(self, number, uuid, mode, password, name, fingerprint=None, key=None):
        super().__init__(number, uuid)
        self.password, self.name, self.fingerprint = password, name, fingerprint
        self.ed, self.dh, self.rsa = SigningKey(), AgreementKey(), key or rsa_key()
        self.nonce, self.scalar = random(32), random_scalar()
        fields = JoinFields.__new__(JoinFields)
        fields.version, fields.suite, fields.mode, fields.client_id = 1, 1, mode, random(16)
        fields.spki, fields.ed, fields.dh = spki_of(self.rsa), self.ed.public, self.dh.public
        fields.commit, fields.ya = sha256(self.nonce), bytes(32)
        fields.ya = ristretto_multiply(self.scalar, self.generator(password, fields))
        self.fields, self.join = fields, fields.bytes()

    def take_offer(self, body):
        """CONFIRM."""
        offer = OfferFields(body)
        if offer.index in (0, 65535):
            raise Refused("malformed")
        if self.fingerprint is not None and fingerprint_of(offer.ed) != self.fingerprint.lower():
            raise Refused("bad fingerprint")
        before, t1 = self.sent, self.transcript(self.join)
        self.sent = before  # a refused OFFER changes nothing
        verify(offer.ed, offer.signature, offer.signed(t1))
        self.dh.agree(offer.dh)
        self.agree(self.fields, offer, self.scalar, offer.yb)
        self.offer, self.index = offer, offer.index
        self.t2 = self.transcript(self.join, body)
        hello = lv(self.name.encode()) + lv(b"") + lv(b"")
        confirm = self.nonce + lv(gcm_seal(self.hello_key(self.t2), 0, self.t2 + self.nonce, hello))
        confirm += self.ed.sign(b"rv1 join" + self.t2 + self.nonce)
        self.confirm = confirm + mac(self.mac_key, self.from_client + self.t2 + confirm)
        self.t3 = self.transcript(self.confirm)
        return self.confirm

    def check_master(self, tb):
        if not same(tb, mac(self.mac_key, self.from_master + self.t3)):
            raise Refused("bad code")

    def sas(self):
        """The short authentication string: 30 bits."""
        return int.from_bytes(expand(extract(b"", self.t2 + self.nonce), b"rv1 sas", 4), "big") >> 2

    def take_lobby(self, body):
        if len(body) != 64:
            raise Refused("malformed")
        self.check_master(body)

    def take_key(self, body):
        """READY; `first` is what the master said first, `epoch` and `epoch_secret` are in force."""
        if len(body) < 336:
            raise Refused("malformed")
        tb, ct, box = body[:64], body[64:320], body[320:]
        self.check_master(tb)
        try:
            opened = self.rsa.decrypt(ct, _oaep(b"rv1-key" + self.t3))
        except ValueError:
            raise Refused("bad code") from None
        r = Reader(opened)
        s, self.epoch, masked = r.take(32), r.number(4), r.take(32)
        r.end()
        if self.epoch == 0:
            raise Refused("bad code")
        self.derive(self.t3, s)
        self.first = gcm_open(self.m2c, 0, self.t3 + ct, box)
        self.epoch_secret = self.mask(self.t3, masked)
        self.rsa = None
        return gcm_seal(self.c2m, 0, b"", b"ready" + self.transcript(body))


class Master(_Side):
    """M, for one client. Create it with a JOIN, send `offer`, hand CONFIRM to `take_confirm`."""

    def __init__(self, number, uuid, password, join_body, ed=None, dh=None, index=1):
        super().__init__(number, uuid)
        self.ed, self.dh, self.scalar = ed or SigningKey(), dh or AgreementKey(), random_scalar()
        self.join_fields = JoinFields(join_body)
        t1 = self.transcript(join_body)
        offer = OfferFields.__new__(OfferFields)
        offer.index, offer.ed, offer.dh, offer.nonce = index, self.ed.public, self.dh.public, random(32)
        offer.yb = ristretto_multiply(self.scalar, self.generator(password, self.join_fields))
        offer.signature = self.ed.sign(offer.signed(t1))
        self.agree(self.join_fields, offer, self.scalar, self.join_fields.ya)
        self.offer = offer.bytes()
        self.t2 = self.transcript(self.offer)

    def take_confirm(self, body):
        """The client's name."""
        r = Reader(body)
        nonce, box, signature, ta = r.take(32), r.lv(), r.take(64), r.take(64)
        r.end()
        if sha256(nonce) != self.join_fields.commit:
            raise Refused("malformed")
        verify(self.join_fields.ed, signature, b"rv1 join" + self.t2 + nonce)
        if not same(ta, mac(self.mac_key, self.from_client + self.t2 + body[:-64])):
            raise Refused("bad code")
        r = Reader(gcm_open(self.hello_key(self.t2), 0, self.t2 + nonce, box))
        name = r.lv().decode()
        self.t3 = self.transcript(body)
        return name

    def tb(self):
        """LOBBY."""
        return mac(self.mac_key, self.from_master + self.t3)

    def key(self, epoch, epoch_secret, first):
        """KEY."""
        s = random(32)
        public = load_der_public_key(self.join_fields.spki)
        ct = public.encrypt(s + u32(epoch) + self.mask(self.t3, epoch_secret), _oaep(b"rv1-key" + self.t3))
        self.derive(self.t3, s)
        return self.tb() + ct + gcm_seal(self.m2c, 0, self.t3 + ct, first)
