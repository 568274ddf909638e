"""Says the kiosk's sentences aloud through the system's speech program; silent where there is none."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, SignalInstance, Slot

from attendance.languages import ENGLISH
from attendance.ui.kiosk.sentences import Sentence

_log = logging.getLogger(__name__)

SAID_AGAIN_AFTER_S = 5.0
"""The same sentence is not repeated sooner: somebody who walks up meets "come a little closer" several times."""

_KILLED_WITHIN_MS = 200

# The words come in through standard input, so that nothing in them can become a command.
_POWERSHELL = (
    "[Console]::InputEncoding = [Text.Encoding]::UTF8; Add-Type -AssemblyName System.Speech; "
    "$s = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    "try {{ $s.SelectVoiceByHints('NotSet', 'NotSet', 0, '{culture}') }} catch {{ }}; "
    "$s.Speak([Console]::In.ReadToEnd())"
)
_CULTURES = {"en": "en-US", "zh_CN": "zh-CN"}


@dataclass(frozen=True, slots=True)
class SpeechProgram:
    """A program that speaks.

    Attributes:
        path: where it is.
        arguments: for a language code and words.
        reads_words: the words come in through standard input instead.
    """

    path: str
    arguments: Callable[[str, str], list[str]]
    reads_words: bool = False


def system_speech() -> SpeechProgram | None:
    """Return the system's speech program: speech-dispatcher, macOS' say, or SAPI through PowerShell; None without."""
    names = {"win32": ("powershell", _for_sapi), "darwin": ("say", _for_say)}
    name, arguments = names.get(sys.platform, ("spd-say", _for_speech_dispatcher))
    path = shutil.which(name)
    return SpeechProgram(path, arguments, reads_words=name == "powershell") if path else None


def _for_sapi(language: str, _words: str) -> list[str]:
    command = _POWERSHELL.format(culture=_CULTURES.get(language, "en-US"))
    return ["-NoProfile", "-NonInteractive", "-Command", command]


def _for_say(_language: str, words: str) -> list[str]:
    return ["--", words]


def _for_speech_dispatcher(language: str, words: str) -> list[str]:
    # The service goes on speaking when this client has ended: the newer sentence cancels the older one.
    return ["--cancel", "--application-name", "attendance", "--language", language.partition("_")[0], "--", words]


class Voice(QObject):
    """Speaks one sentence at a time; a newer one ends the one before. Never waits and never raises.

    Args:
        program: what speaks; None says once in the log that there is none, and stays silent.
    """

    def __init__(self, program: SpeechProgram | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._process: QProcess | None = None
        self._language: Callable[[], str] = lambda: ENGLISH
        self._said: tuple[str, float] = ("", 0.0)
        if program is None:
            _log.warning("no speech program was found: the kiosk stays silent")

    def follow(self, told: SignalInstance, language: Callable[[], str]) -> None:
        """Speak every Sentence that a signal carries, in the language of its moment."""
        self._language = language
        told.connect(self._on_told)

    @Slot(object)
    def _on_told(self, sentence: Sentence) -> None:
        self.say(sentence.text(), self._language())

    def say(self, words: str, language: str) -> None:
        """Speak, unless the same was said a moment ago.

        Args:
            words: "" ends what is being said.
            language: code of ``LANGUAGES``.
        """
        now_s = time.monotonic()
        if self._program is None or (words == self._said[0] and now_s - self._said[1] < SAID_AGAIN_AFTER_S):
            return
        self.end()
        if not words:
            return
        self._said = (words, now_s)
        process = QProcess(self)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.errorOccurred.connect(self._on_error)
        process.finished.connect(self._on_finished)
        self._process = process
        process.start(self._program.path, self._program.arguments(language, words))
        if self._program.reads_words:
            process.write(words.encode())
        process.closeWriteChannel()

    @Slot()
    def end(self) -> None:
        """Stop speaking."""
        process, self._process = self._process, None
        if process is not None and process.state() != QProcess.ProcessState.NotRunning:
            process.errorOccurred.disconnect(self._on_error)
            process.kill()
            process.waitForFinished(_KILLED_WITHIN_MS)

    @Slot()
    def _on_finished(self) -> None:
        ended = self.sender()
        if ended is self._process:
            self._process = None
        if ended is not None:
            ended.deleteLater()

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            _log.warning("the speech program does not start: the kiosk stays silent")
            self._program = None
            self._process = None
        else:
            _log.warning("the speech program failed: %s", error.name)
