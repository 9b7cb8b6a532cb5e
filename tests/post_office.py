"""A mail office for tests, on the loopback only: Dovecot keeps the mailboxes, an SMTP server delivers and bounces."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import formatdate
from ipaddress import ip_address
from itertools import count, product
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import SCRATCH

ROOT = os.getuid() == 0

# of Dovecot 2.3; a semicolon stands for the end of a line
CONFIG = """
base_dir = {home}/run; state_dir = {home}/run; log_path = {home}/log; instance_name = {home.name}
listen = 127.0.0.1; protocols = imap; mail_location = maildir:{home}/mail/%n
ssl = yes; ssl_cert = <{home}/cert.pem; ssl_key = <{home}/key.pem
disable_plaintext_auth = no; auth_failure_delay = 0; mail_max_userip_connections = 100
default_internal_user = {user}; default_login_user = {user}; default_internal_group = {group}
first_valid_uid = {uid}; first_valid_gid = {gid}
passdb {{; driver = passwd-file; args = scheme=PLAIN {home}/users; }}
userdb {{; driver = static; args = uid={uid} gid={gid} home={home}/mail/%n; }}
namespace inbox {{; inbox = yes; }}
service anvil {{; chroot =; unix_listener anvil-auth-penalty {{; mode = 0; }}; }}
service imap-login {{; chroot =; inet_listener imap {{; port = {imap}; }}; inet_listener imaps {{; port = {imaps}; }};}}
"""


@dataclass(eq=False)
class PostOffice:
    """Open while it is entered. The user name of an account is its full address, local@domain.

    Mail to local+tag reaches local. An unknown name of the domain is bounced to the envelope sender as Postfix does it;
    so is an address in `full` (5.2.2), while one in `slow` is reported as delayed (4.4.1) and never reached. Both hold
    addresses of any domain in lower case, without a tag for all tags. `outside` keeps the mail to other domains.
    """

    domain: str = "langson.example"
    accounts: tuple[str, ...] = ("dondoc", "phongnoivu")
    full: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    outside: list[tuple[str, bytes]] = field(default_factory=list)  # recipient, message as it was sent
    password: str = field(default_factory=lambda: secrets.token_hex(8))

    def __enter__(self) -> Self:
        self._master: subprocess.Popen[bytes] | None = None
        self._numbers = count(time.time_ns() // 1000)  # of the queue, and in file names
        with contextlib.ExitStack() as stack:
            self.home = Path(tempfile.mkdtemp(prefix="po", dir=SCRATCH))
            stack.callback(shutil.rmtree, self.home, ignore_errors=True)
            self.certificate = self.home / "cert.pem"
            ports = [stack.enter_context(_held()).getsockname()[1] for _ in range(3)]
            self.imap_port, self.imaps_port, self.smtp_port = ports
            self._furnish()
            stack.callback(self.stop_imap)
            self.start_imap()
            smtp = Controller(self, hostname="127.0.0.1", port=self.smtp_port, ready_timeout=30)
            stack.callback(smtp.stop, no_assert=True)
            smtp.start()
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._closing.close()

    def start_imap(self) -> None:
        """Start Dovecot and wait until both of its ports answer."""
        if self._master:
            return
        owner: dict[str, Any] = {"user": self._uid, "group": self._gid, "extra_groups": []} if ROOT else {}
        command, log = [dovecot() or "dovecot", "-F", "-c", str(self.home / "conf")], self.home / "log"
        with log.open("ab") as out:
            self._master = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", start_new_session=True, **owner)
        deadline = time.monotonic() + 30
        while not (_answers(self.imap_port) and _answers(self.imaps_port)):
            if self._master.poll() is not None or time.monotonic() > deadline:
                self.stop_imap()
                raise RuntimeError("Dovecot did not start:\n" + log.read_text(errors="replace"))
            time.sleep(0.01)

    def stop_imap(self) -> None:
        """End Dovecot and all its processes; its ports refuse connections and stay reserved for `start_imap`."""
        if not (master := self._master):
            return
        self._master = None
        for sent, seconds in (
            (signal.SIGTERM, 0.3),
            (signal.SIGKILL, 10),
        ):  # to its process group: alone it takes seconds
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(master.pid, sent)
                master.wait(seconds)
        while _answers(self.imap_port) or _answers(self.imaps_port):
            time.sleep(0.01)

    @contextlib.contextmanager
    def session(self, local: str) -> Iterator[imaplib.IMAP4]:
        """An IMAP connection that is logged in to an account."""
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20)
        try:
            imap.login(f"{local}@{self.domain}", self.password)
            yield imap
            imap.logout()
        finally:
            with contextlib.suppress(OSError):
                imap.shutdown()

    def put(self, local: str, message: bytes, flags: str = "") -> None:
        """Append a message to INBOX as it is."""
        with self.session(local) as imap:
            assert imap.append("INBOX", flags, "", message)[0] == "OK"

    def inbox(self, local: str) -> list[bytes]:
        return self.folder(local, "INBOX")

    def folder(self, local: str, name: str) -> list[bytes]:
        """The messages in a folder, oldest first, with CRLF; their flags stay as they are."""
        return [part[1] for part in self._fetch(local, name, "BODY.PEEK[]") if isinstance(part, tuple)]

    def flags(self, local: str, name: str = "INBOX") -> list[set[str]]:
        r"""The flags of each message, without \Recent, which tells only whether somebody looked before."""
        lines = self._fetch(local, name, "FLAGS")
        return [{flag.decode() for flag in imaplib.ParseFlags(line)} - {"\\Recent"} for line in lines]

    def _fetch(self, local: str, name: str, what: str) -> list[Any]:
        with self.session(local) as imap:
            kind, said = imap.select(mailbox(name), readonly=True)
            assert kind == "OK", f"{local} has no folder {name}: {said}"
            return imap.fetch("1:*", f"({what})")[1] if said != [b"0"] else []

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        by = f"by mail.{self.domain} (Postfix) with ESMTP id {next(self._numbers):X}"
        by = f"from {session.host_name} (localhost [127.0.0.1])\n\t{by}"
        self._carry(envelope.mail_from or "", envelope.rcpt_tos, envelope.content, by)
        return "250 2.0.0 Ok: queued"

    def _carry(self, sender: str, recipients: list[str], text: bytes, by: str) -> None:
        """Deliver a message to each recipient, and report to the sender whom it did not reach."""
        top, date = f"Return-Path: <{sender}>\n", formatdate(localtime=True)
        troubles: dict[bool, dict[str, list[str]]] = {}  # by whether they may pass
        for recipient in recipients:
            local, domain = _base(recipient)
            if trouble := self._trouble(recipient):
                troubles.setdefault(trouble[0] == "4", {})[recipient] = trouble.split(" ", 1)
            elif domain != self.domain:
                self.outside.append((recipient, text))
            else:
                envelope = f"{top}Delivered-To: {recipient}\nReceived: {by}\n\tfor <{recipient}>; {date}\n"
                self._store(local, envelope.encode() + text)
        if _base(sender)[1] == self.domain:
            headers = f"{top}Received: {by}; {date}\n".encode() + text.partition(b"\r\n\r\n")[0]
            for late, found in troubles.items():
                self._report(sender, found, headers.decode("ascii", "surrogateescape"), late)

    def _trouble(self, recipient: str) -> str:
        """Status and diagnostic of a recipient that is not reached."""
        local, domain = _base(recipient)
        names = {recipient.lower(), f"{local}@{domain}"}
        if names & self.full:
            return "5.2.2 smtp; 552 5.2.2 Quota exceeded (mailbox for user is full)"
        if names & self.slow:
            return f"4.4.1 X-Postfix; connect to mail.{domain}[192.0.2.1]:25: Connection timed out"
        unknown = domain == self.domain and local not in self.accounts
        return f'5.1.1 X-Postfix; unknown user: "{local}"' if unknown else ""

    def _report(self, sender: str, troubles: dict[str, list[str]], headers: str, late: bool) -> None:
        number, date, host = f"{next(self._numbers):X}", formatdate(localtime=True), f"mail.{self.domain}"
        lines = [f"This is the mail system at host {host}.\n"]
        lines += ["THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n"] if late else []
        lines += [f"<{one}>: {said.partition('; ')[2]}\n" for one, (_status, said) in troubles.items()]
        blocks = [_fields({"Reporting-MTA": f"dns; {host}", "X-Postfix-Queue-ID": number, "Arrival-Date": date})]
        until = {"Will-Retry-Until": formatdate(time.time() + 5 * 86400, localtime=True)} if late else {}
        for one, (status, said) in troubles.items():
            known = {"Final-Recipient": f"rfc822; {one}", "Original-Recipient": f"rfc822;{one}"}
            known |= {"Action": "delayed" if late else "failed", "Status": status, "Diagnostic-Code": said}
            blocks.append(_fields(known | until))
        subject = "Delayed Mail (still being retried)" if late else "Undelivered Mail Returned to Sender"
        known = {"From": f"MAILER-DAEMON@{self.domain} (Mail Delivery System)", "Subject": subject, "To": sender}
        known |= {"Date": date, "Message-Id": f"<{number}@{host}>", "Auto-Submitted": "auto-replied"}
        whole = _fields(
            known | {"MIME-Version": "1.0", "Content-Type": "multipart/report; report-type=delivery-status"}
        )
        for name, kind, payload in (
            ("Notification", "text/plain; charset=us-ascii", "\n".join(lines)),
            ("Delivery report", "message/delivery-status", blocks),
            ("Undelivered Message Headers", "text/rfc822-headers", headers + "\n"),
        ):
            whole.attach(_fields({"Content-Description": name, "Content-Type": kind}, payload))
        self._carry("", [sender], whole.as_bytes(), f"by {host} (Postfix) id {number}")

    def _store(self, local: str, text: bytes) -> None:
        second, micro = divmod(next(self._numbers), 1_000_000)
        box, name = self.home / "mail" / local, f"{second}.M{micro:06}P{os.getpid()}.mail"
        (box / "tmp" / name).write_bytes(text.replace(b"\r\n", b"\n"))
        os.chown(box / "tmp" / name, self._uid, self._gid)
        (box / "tmp" / name).rename(box / "new" / name)

    def _furnish(self) -> None:
        """Write settings, accounts, certificate and empty mailboxes, all owned by the account that Dovecot runs as."""
        user, _x, self._uid, self._gid, *_rest = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.getuid())
        known = {"user": user, "group": grp.getgrgid(self._gid).gr_name, "uid": self._uid, "gid": self._gid}
        conf = CONFIG.format(home=self.home, imap=self.imap_port, imaps=self.imaps_port, **known)
        (self.home / "conf").write_text(conf.replace(";", "\n"))
        (self.home / "users").write_text("".join(f"{one}@{self.domain}:{self.password}\n" for one in self.accounts))
        (self.home / "log").touch()
        for one, part in product(self.accounts, ("tmp", "new", "cur")):
            (self.home / "mail" / one / part).mkdir(parents=True)
        _certify(self.home)
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, self._uid, self._gid)


def dovecot() -> str | None:
    """The program, if its version is one that knows the settings above."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20).stdout if found else ""
    return found if version.startswith("2.3.") else None


def mailbox(name: str) -> str:
    """The name of a folder as it goes over the wire: modified UTF-7, quoted."""
    parts = re.split(r"([^ -~]+)", name.replace("&", "&-"))
    for at, part in list(enumerate(parts))[1::2]:
        parts[at] = "&" + b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
    return '"' + re.sub(r'(["\\])', r"\\\1", "".join(parts)) + '"'


def _base(address: str) -> tuple[str, str]:
    """Local part without its tag, and domain."""
    local, _at, domain = address.lower().rpartition("@")
    return local.partition("+")[0], domain


def _fields(known: dict[str, str], payload: Any = None) -> Message:
    made = Message()
    made.set_payload(payload)
    for one in known.items():
        made.add_header(*one)
    return made


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _held() -> socket.socket:
    """A free port: while it is held nobody is given it, but a server that asks for its number may listen on it."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return held


def _certify(folder: Path) -> None:
    """Make cert.pem, signed by itself, and key.pem."""
    key, day, now = ec.generate_private_key(ec.SECP256R1()), timedelta(days=1), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail office of the test's own, with the accounts dondoc and phongnoivu."""
    from tests.conftest import need  # which may import this fixture

    need(dovecot(), "dovecot 2.3", "apt-get install dovecot-imapd")
    with PostOffice() as post:
        yield post
