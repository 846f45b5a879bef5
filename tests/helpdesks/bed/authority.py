"""A certificate authority of the tests: a vendor's real host name, served with TLS by us."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """Signs certificates for any host; `ca_file` is what a client has to trust."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA(organization_name="Deskloop tests")
        self._folder = folder
        self.ca_file = folder / "test-ca.pem"
        self._authority.cert_pem.write_to_path(self.ca_file)

    def certificate(self, host: str) -> tuple[Path, Path]:
        """Return the files of a certificate chain for `host` and of its key."""
        issued = self._authority.issue_cert(host)
        chain, key = self._folder / f"{host}.pem", self._folder / f"{host}.key"
        chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        key.chmod(0o600)
        return chain, key

    def client_context(self) -> ssl.SSLContext:
        """Return a client's context that trusts this authority and nobody else."""
        return ssl.create_default_context(cafile=self.ca_file)
