"""E-mail (.eml): the letter's own text, then every attached document that can be read."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable

from directives.document import Document, Paragraph, Table
from workflow.errors import BadInput


def read(content: bytes, name: str, inner: Callable[[bytes, str], Document]) -> Document:
    """Return the text and the attachments of a message as one document; `inner` reads the attachments."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    blocks: list[Paragraph | Table] = []
    body = message.get_body(("plain", "html"))
    if body is not None:
        text = body.get_content()
        blocks += inner(text.encode("utf-8"), name).blocks if isinstance(text, str) and text.strip() else ()
    for part in message.iter_attachments():
        payload = part.get_payload(decode=True)
        title = part.get_filename() or name
        if isinstance(payload, bytes) and payload.strip():
            try:
                blocks += inner(payload, title).blocks
            except BadInput:
                continue  # a picture in the signature is no document
    return Document(name, "eml", tuple(blocks))
