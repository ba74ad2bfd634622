"""Certificates of sites that are badly configured. trustme is needed here only."""

from __future__ import annotations

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

Tls = Literal["", "sound", "other-host", "weak-dh"]
"""`other-host`: the certificate is that of another host; `weak-dh`: nothing but 1024 bits."""

# The Second Oakley Group (RFC 2409, 6.2): 1024 bits, as old servers were shipped with.
_WEAK_GROUP = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


def context(kind: Tls) -> ssl.SSLContext:
    """What a server needs to speak TLS in this way."""
    import trustme

    host = "khac.example" if kind == "other-host" else "127.0.0.1"
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = trustme.CA().issue_cert(host, key_type=trustme.KeyType.RSA)
    certificate.configure_cert(made)
    if kind == "weak-dh":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
        made.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
        _use_weak_group(made)
    return made


def _use_weak_group(made: ssl.SSLContext) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "dh.pem"
        path.write_text(_WEAK_GROUP)
        made.load_dh_params(str(path))
