"""A second client of the protocol, written from docs/PROTOCOL.md and docs/protocol/ alone, so that it tests those pages
as well as the programs. Python 3.11, python3-cryptography, libsodium, libzstd, libxxhash; of Lotse wire/messages.proto
alone."""
