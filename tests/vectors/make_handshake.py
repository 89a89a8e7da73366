#!/usr/bin/env python3
"""Writes handshake.json: one whole handshake with every value in between, out of fixed secrets.

Written from docs/PROTOCOL.md alone, so that it checks the text as well as the program. Needs python3-cryptography;
ristretto255 (RFC 9496) is here. Not part of the build: the file that it wrote lies beside it. (rsa_ct is different
each time: OAEP is randomised.)
"""
import hashlib, hmac, json, re, sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = Path(__file__).resolve().parent

# --- ristretto255, RFC 9496 section 4 ---
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
negative = lambda x: x % P & 1
absolute = lambda x: -x % P if negative(x) else x % P


def sqrt_ratio(u, v):
    r = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    check = v * r * r % P
    correct, flipped, flipped_i = check == u % P, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]


def elligator(t):
    r = SQRT_M1 * t * t % P
    u, v = (r + 1) * (1 - D * D) % P, (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio(u, v)
    c = -1
    if not square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * (D - 1) ** 2 - v) % P
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, p):
    q = (0, 1, 1, 0)
    for bit in bin(scalar)[2:]:
        q = add(q, q)
        if bit == "1":
            q = add(q, p)
    return q


def encode(p):
    x, y, z, t = p
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    inverse = sqrt_ratio(1, u1 * u2 * u2)[1]
    d1, d2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = d1 * d2 * t % P
    if negative(t * z_inverse):
        x, y, d = y * SQRT_M1 % P, x * SQRT_M1 % P, d1 * INVSQRT_A_MINUS_D % P
    else:
        d = d2
    if negative(x * z_inverse):
        y = -y % P
    return absolute(d * (z - y)).to_bytes(32, "little")


def from_hash(b):
    t = [int.from_bytes(b[i : i + 32], "little") % 2**255 for i in (0, 32)]
    return add(elligator(t[0]), elligator(t[1]))


# --- notation of the protocol ---
H = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
SHA512 = lambda *parts: hashlib.sha512(b"".join(parts)).digest()
HMAC = lambda key, *parts: hmac.new(key, b"".join(parts), "sha512").digest()
u8 = lambda n: n.to_bytes(1, "big")
u16 = lambda n: n.to_bytes(2, "big")
u32 = lambda n: n.to_bytes(4, "big")
LV = lambda x: u16(len(x)) + x


def extract(salt, ikm, hash="sha256"):
    return hmac.new(salt or bytes(hashlib.new(hash).digest_size), ikm, hash).digest()


def expand(prk, info, n, hash="sha256"):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + u8(i), hash).digest()
        out, i = out + block, i + 1
    return out[:n]


def leb128(n):
    out = b""
    while n >= 0x80:
        out, n = out + u8(n & 0x7F | 0x80), n >> 7
    return out + u8(n)


lv_cat = lambda *parts: b"".join(leb128(len(p)) + p for p in parts)


def GCM(key_iv, counter, aad, plaintext):
    nonce = (int.from_bytes(key_iv[32:], "big") ^ counter).to_bytes(12, "big")
    return AESGCM(key_iv[:32]).encrypt(nonce, plaintext, aad)


secret = lambda name, n=32: hashlib.shake_256(b"lotse vector " + name.encode()).digest(n)
scalar = lambda name: int.from_bytes(secret(name, 64), "little") % L
raw = lambda key: key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

# --- what each side has ---
number, uuid, mode, index = b"428117903", secret("uuid", 16), 1, 7
typed, prs = b"Amber - Hotel 42", b"amberhotel42"
header = (HERE.parent / "crypto" / "known_rsa_key.h").read_text()
pkcs8 = bytes.fromhex("".join(re.findall(r'"([0-9a-f]+)"', header)))
rsa = serialization.load_der_private_key(pkcs8, None)
spki = rsa.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
ed_c_key, ed_m_key = (Ed25519PrivateKey.from_private_bytes(secret(n)) for n in ("ed_C", "ed_M"))
dh_c_key, dh_m_key = (X25519PrivateKey.from_private_bytes(secret(n)) for n in ("dh_C", "dh_M"))
ed_c, ed_m, dh_c, dh_m = (raw(k.public_key()) for k in (ed_c_key, ed_m_key, dh_c_key, dh_m_key))
client_id, nonce_c, nonce_m = secret("client_id", 16), secret("nonce_C"), secret("nonce_M")
ya, yb, s, k_e, epoch = scalar("ya"), scalar("yb"), secret("s"), secret("K_e"), 3

# --- the messages ---
session = u8(1) + number + uuid
sid = uuid + client_id
ci = lv_cat(b"rv1", u8(mode), b"client", b"master", number)
head = lv_cat(b"CPaceRistretto255", prs)
g = from_hash(SHA512(head, lv_cat(bytes(max(0, 127 - len(head))), ci, sid)))
point_a, point_b = multiply(ya, g), multiply(yb, g)
Ya, Yb, K = encode(point_a), encode(point_b), encode(multiply(ya, point_b))
commit = H(nonce_c)
join = u8(1) + u8(1) + u8(mode) + client_id + LV(spki) + ed_c + dh_c + commit + Ya
t1 = H(session, join)
sig_m = ed_m_key.sign(b"rv1 offer" + t1 + u16(index) + dh_m + nonce_m + Yb)
offer = u16(index) + ed_m + dh_m + nonce_m + Yb + sig_m
t2 = H(session, join, offer)
ad_a = lv_cat(client_id, H(spki), ed_c, dh_c, commit, u8(1) + u8(1))
ad_b = lv_cat(u16(index), ed_m, dh_m, nonce_m)
isk = SHA512(lv_cat(b"CPaceRistretto255_ISK", sid, K), lv_cat(Ya, ad_a), lv_cat(Yb, ad_b))
mac_key = SHA512(b"CPaceMac", sid, isk)
name, ticket, identity = "Zoë".encode(), secret("ticket", 16), b""
hello_box = GCM(expand(extract(t2, isk), b"rv1 hello", 44), 0, t2 + nonce_c, LV(name) + LV(ticket) + LV(identity))
sig_c = ed_c_key.sign(b"rv1 join" + t2 + nonce_c)
confirm = nonce_c + LV(hello_box) + sig_c
confirm += HMAC(mac_key, lv_cat(Ya, ad_a), t2, confirm)
t3 = H(session, join, offer, confirm)
tb = HMAC(mac_key, lv_cat(Yb, ad_b), t3)
sas = int.from_bytes(expand(extract(b"", t2 + nonce_c), b"rv1 sas", 4), "big") >> 2
masked = bytes(a ^ b for a, b in zip(k_e, expand(extract(t3, isk), b"rv1 mask", 32)))
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), b"rv1-key" + t3)
rsa_ct = rsa.public_key().encrypt(s + u32(epoch) + masked, oaep)
prk = extract(t3, isk + s)
c2m = expand(prk, b"rv1 c2m key", 32) + expand(prk, b"rv1 c2m iv", 12)
m2c = expand(prk, b"rv1 m2c key", 32) + expand(prk, b"rv1 m2c iv", 12)
box = GCM(m2c, 0, t3 + rsa_ct, b"roster, policy, ticket")
key = tb + rsa_ct + box
t4 = H(session, join, offer, confirm, key)
ready = GCM(c2m, 0, b"", b"ready" + t4)

# --- keys to all, keys of two ---
stream, counter = 4, 300
base_key = expand(k_e, b"rv1 sframe base" + uuid + u32(epoch), 32)
kid = stream << 24 | index << 8 | epoch & 0xFF
sframe_secret = extract(b"", base_key, "sha512")
label = lambda text: text + kid.to_bytes(8, "big") + u16(5)
sframe = expand(sframe_secret, label(b"SFrame 1.0 Secret key "), 32, "sha512")
sframe += expand(sframe_secret, label(b"SFrame 1.0 Secret salt "), 12, "sha512")
sframe_header = u8(0x80 | 3 << 4 | 0x08 | 1) + kid.to_bytes(4, "big") + counter.to_bytes(2, "big")
clear_header = b"clear header"
packet = GCM(sframe, counter, sframe_header + clear_header, b"to all")
pair_prk = extract(uuid, dh_c_key.exchange(X25519PublicKey.from_public_bytes(dh_m)))
pair = lambda a, b: expand(pair_prk, b"rv1 pair" + u16(a) + u16(b) + dh_c + dh_m, 44)

values = {
    "comment": "Written by make_handshake.py. Members 2 (dh_C) and 9 (dh_M) make the pair.",
    "number": number.decode(), "uuid": uuid, "auth_mode": mode, "typed": typed.decode(), "prs": prs, "index": index,
    "ya": ya.to_bytes(32, "little"), "yb": yb.to_bytes(32, "little"), "dh_C_secret": secret("dh_C"),
    "dh_M_secret": secret("dh_M"), "ed_C_seed": secret("ed_C"), "ed_M_seed": secret("ed_M"), "rsa_pkcs8": pkcs8,
    "g": encode(g), "K": K, "ISK": isk, "mac_key": mac_key, "T_1": t1, "T_2": t2, "T_3": t3, "T_4": t4,
    "SESSION": session, "JOIN": join, "OFFER": offer, "CONFIRM": confirm, "LOBBY": tb, "KEY": key, "READY": ready,
    "name": name, "ticket": ticket, "identity": identity, "sas_bits": sas, "sas_digits": f"{sas % 10**9:09d}",
    "epoch": epoch, "K_e": k_e, "s": s, "c2m": c2m, "m2c": m2c, "box_plaintext": b"roster, policy, ticket",
    "base_key": base_key, "kid": kid, "stream": stream, "counter": counter, "sframe_key_salt": sframe,
    "sframe_header": sframe_header, "clear_header": clear_header, "packet_plaintext": b"to all", "packet": packet,
    "pair_2_to_9": pair(2, 9), "pair_9_to_2": pair(9, 2),
}
text = {k: v.hex() if isinstance(v, bytes) else v for k, v in values.items()}
(HERE / "handshake.json").write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n")
sys.exit(0)
