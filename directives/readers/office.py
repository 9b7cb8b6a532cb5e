"""Legacy Word and Excel, OpenDocument and RTF: converted by LibreOffice, in a profile of its own, within a time limit."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from workflow.errors import BadInput

SECONDS = 90


def converted(content: bytes, name: str, suffix: str, target: str) -> bytes:
    """Return a document converted to `target` (docx or xlsx); LibreOffice must be installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        raise BadInput(
            "{name} needs LibreOffice to be read (apt-get install libreoffice-writer libreoffice-calc), or save it as .docx or .xlsx.",
            name=name,
        )
    with tempfile.TemporaryDirectory(prefix="dondoc-") as folder:
        source = Path(folder) / f"document{suffix}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [
            program,
            "--headless",
            "--norestore",
            profile,
            "--convert-to",
            target,
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise BadInput(
                "{name} took longer than {seconds} seconds to convert.", name=name, seconds=SECONDS
            ) from error
        made = source.with_suffix(f".{target}")
        if not made.is_file():  # LibreOffice ends with 0 also when it could not convert
            raise BadInput("{name} is damaged and cannot be opened.", name=name)
        return made.read_bytes()
