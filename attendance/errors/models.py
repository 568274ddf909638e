"""Errors: model packs, and a training that is started from the window."""

from __future__ import annotations

from attendance.errors import AttendanceError


class ModelError(AttendanceError):
    """A model pack cannot be used."""

    code = "MOD-00"
    template = "The model pack {pack} cannot be used: {reason}"
    hint_template = "Check its files on the page Models, or with 'attendance models verify'."


class ModelMissing(ModelError):
    """No pack of this name, or a file of it is absent."""

    code = "MOD-01"
    template = "The model pack {pack} is not installed: {reason}"
    hint_template = (
        "The page Models, or 'attendance models list', shows the installed packs; 'attendance models use bundled' goes "
        "back to the one that comes with the program."
    )


class ModelChecksumMismatch(ModelError):
    """A file differs from its SHA-256 in the manifest."""

    code = "MOD-02"
    template = "{path} is damaged: its checksum is not the one in the manifest of pack {pack}."
    hint_template = "Install or import the pack again; the damaged file was not loaded."


class ModelContractBroken(ModelError):
    """Input or output shape, type or embedding size is not what the manifest says."""

    code = "MOD-03"
    template = "{path} of pack {pack} is not a usable model: {reason}"
    hint_template = "The pack must hold an InsightFace-layout detector and a 112x112 recognizer."


class DownloadFailed(ModelError):
    """The network or the server gave up; what was received is kept for the next try."""

    code = "MOD-04"
    template = "Downloading {pack} failed: {reason}"
    hint_template = "Try again to go on where it stopped, or fetch the file elsewhere and import it."


class SwitchRefused(ModelError):
    """Another recognizer cannot be put in use now."""

    code = "MOD-10"
    template = "The recognizer was not switched: {reason}."
    hint_template = "The page Models, or 'attendance models shadow', shows what is in use and what is prepared."


class EarlierRecognizerInUse(ModelError):
    """An update brought another recognizer, and some people are known to the one before only."""

    code = "MOD-11"
    template = "{count} people are known only to the recognizer of an earlier version, so it stays in use: {names}."
    hint_template = "Enrol them again with new photographs; the new recognizer takes over at the next start after that."


class LicenceFileInvalid(ModelError):
    """A pack brings a signed licence that InsightFace did not give for it."""

    code = "MOD-12"
    template = "The licence file MODEL.LICENSE of the model pack {pack} is not valid: {reason}"
    hint_template = "Ask InsightFace for another file. Without it the pack is for non-commercial research only."


class CalibrationRefused(ModelError):
    """A recognizer cannot be calibrated on the site's people."""

    code = "MOD-13"
    template = "The model pack {pack} was not calibrated: {reason}."
    hint_template = "Keep photographs when people are enrolled (page System), and enrol more people."


class CustomValueWrong(ModelError):
    """A value that was given with a single recognizer file cannot be.

    The fact ``key`` names it: an attribute of ``core.packs.custom_recognizer.CustomRecognizer``.
    """

    code = "MOD-14"
    template = "No model pack {pack} can be made of the file: {reason}"
    hint_template = "Give another value; nothing was installed."


class CudaMissing(ModelError):
    """The settings insist on CUDA, and a model would run on the processor."""

    code = "MOD-15"
    template = "The model pack {pack} does not run on the GPU, as recognition.provider asks for: {reason}"
    hint_template = "Install the GPU build (make setup-gpu) and its driver, or set recognition.provider to auto or cpu."


class RatesUnknown(ModelError):
    """Nobody measured how many strangers get a name with so many people."""

    code = "MOD-16"
    template = "How many strangers get a name with {pack} was not measured for a roster of {people}."
    hint_template = "Calibrate it (page Models, or 'attendance models calibrate'), or choose another security level."


class TrainingFailed(AttendanceError):
    """A training started from the admin window ended without a result."""

    code = "TRN-01"
    template = "The training ended without a result: {reason}"
    hint_template = "Nothing was changed. The last lines of its log say more; the whole log is in the log file."


class WrongFileKind(ModelError):
    """A file or folder of one kind was given where another is needed."""

    code = "MOD-18"
    template = "{path} cannot be used here: {reason}"
    hint_template = "Nothing was changed. docs/from-photographs-to-the-door.md shows the whole way."
