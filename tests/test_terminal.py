"""What a person sees on the terminal."""

from __future__ import annotations

import pytest

from workflow import terminal


def test_a_table_keeps_its_lines_and_nothing_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("Nhiệm vụ quá hạn\n\nKH88-I.1  \x1b[31mSở Tài chính\r", "hết")
    assert capsys.readouterr().out == "Nhiệm vụ quá hạn\n\nKH88-I.1   [31mSở Tài chính \nhết\n"
