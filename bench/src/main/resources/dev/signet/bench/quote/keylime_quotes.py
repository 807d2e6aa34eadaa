# Copyright The Signet Authors
# SPDX-License-Identifier: Apache-2.0
"""Quotes that Keylime's verifier checks in a second of processor time.

Usage: keylime_quotes.py DIRECTORY NONCE_HEX SECONDS; the directory has the files of tpm2_quote.
"""
import pathlib
import sys
import time

from keylime.tpm import tpm_util

directory, nonce, seconds = pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), float(sys.argv[3])
key, message, signature, pcrs = (
    (directory / name).read_bytes()
    for name in ("ecc.pem", "ecc.tss.msg", "ecc.tss.sig", "serialized.pcrs")
)


def check() -> None:
    values = tpm_util.checkquote(key, nonce, signature, message, pcrs, "sha256")
    if len(values) != 10:
        raise SystemExit(f"expected 10 PCRs, got {len(values)}")


for _ in range(200):
    check()
count = 0
begin = time.process_time()
end = time.monotonic() + seconds
while time.monotonic() < end:
    check()
    count += 1
print(count / (time.process_time() - begin))
