"""The exception tree: one class per thing that can go wrong outside the program.

An ``AttendanceError`` is raised only for the environment (disk, camera, network) or the user's input.
A bug stays ``ValueError`` or ``AssertionError`` and ends in the log file.

Every class carries a code, one sentence (what happened, and where) and one hint (what to do). Both are
``str.format`` templates filled from the keyword arguments, so that a window can translate the template
(catalogue context ``errors``) and still show the same facts as the command line.
"""

from __future__ import annotations

from typing import ClassVar

_PRIVATE_FACTS = frozenset({"other_name", "where"})
"""Facts that name people: ``where`` is a file or folder, often called like the person."""


class AttendanceError(Exception):
    """Base of every error a user may see.

    Args:
        **facts: values for the placeholders of ``template`` and ``hint``.

    Raises:
        KeyError: a placeholder of the template has no value (a bug at the raising line).
    """

    code: ClassVar[str] = "APP-00"
    template: ClassVar[str] = "{what}"
    hint_template: ClassVar[str] = "See the log file for details."

    def __init__(self, **facts: object) -> None:
        self.facts: dict[str, object] = facts
        super().__init__(self.user_text)

    @property
    def user_text(self) -> str:
        """One English sentence: what happened and where."""
        return self.template.format(**self.facts)

    @property
    def log_text(self) -> str:
        """The sentence for the log file, without people's names: erasing a person must not leave them there."""
        shown = {name: "..." if name in _PRIVATE_FACTS else value for name, value in self.facts.items()}
        return self.template.format(**shown)

    @property
    def hint(self) -> str:
        """One English sentence: what to do now."""
        return self.hint_template.format(**self.facts)

    @property
    def one_line(self) -> str:
        """Sentence and hint for one line of text; a reason of the system's ends without a full stop."""
        text = self.user_text
        return f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} {self.hint}"


# --- configuration ----------------------------------------------------------------------------------


class ConfigError(AttendanceError):
    """A settings file cannot be used."""

    code = "CFG-01"
    template = "{path}, key {key}: {reason}"
    hint_template = "Correct this line or remove it to use the default."


class ZoneNotNamed(ConfigError):
    """The computer's time zone has no name, and the settings give none."""

    code = "CFG-02"
    template = "The time zone of this computer has no name; times follow its clock, {zone}."
    hint_template = "Set attendance.zone in config.toml, such as Europe/Berlin."


# --- camera -----------------------------------------------------------------------------------------


class CameraError(AttendanceError):
    """A frame source cannot deliver pictures."""

    code = "CAM-00"
    template = "The camera {source} cannot be used: {reason}"
    hint_template = "Check the cable and the camera setting."


class CameraNotFound(CameraError):
    """Nothing answers at this index, path or address."""

    code = "CAM-01"
    template = "No camera found at {source}."
    hint_template = "Plug the camera in, or choose another source."


class CameraBusy(CameraError):
    """The device exists but another program holds it."""

    code = "CAM-02"
    template = "The camera {source} is in use by another program."
    hint_template = "Close the other program (video call, browser) and try again."


class CameraLost(CameraError):
    """The stream stopped after it had been running."""

    code = "CAM-03"
    template = "The camera {source} stopped sending pictures."
    hint_template = "Check the cable; the kiosk reconnects by itself."


class SourceNotFound(CameraNotFound):
    """A name that is no camera, and no file or folder that exists; asking again changes nothing."""

    code = "CAM-04"
    template = "{source} is no camera and no existing file or folder."
    hint_template = "Correct the name of the source and start again."


# --- images -----------------------------------------------------------------------------------------


class ImageError(AttendanceError):
    """A picture file cannot be used."""

    code = "IMG-00"
    template = "{path} cannot be used: {reason}"
    hint_template = "Use a JPEG or PNG photograph."


class ImageUnreadable(ImageError):
    """Missing, empty, not a picture, or damaged."""

    code = "IMG-01"
    template = "{path} is not a readable picture ({reason})."
    hint_template = "Open it in a picture viewer, save it as JPEG or PNG, and try again."


class ImageTooLarge(ImageError):
    """More pixels or bytes than the caps allow; found out before decoding."""

    code = "IMG-02"
    template = "{path} is too large ({actual}; at most {limit})."
    hint_template = "Scale the photograph down and try again."


# --- models -----------------------------------------------------------------------------------------


class ModelError(AttendanceError):
    """A model pack cannot be used."""

    code = "MOD-00"
    template = "The model pack {pack} cannot be used: {reason}"
    hint_template = "Run 'attendance models verify'."


class ModelMissing(ModelError):
    """No pack of this name, or a file of it is absent."""

    code = "MOD-01"
    template = "The model pack {pack} is not installed: {reason}"
    hint_template = "'attendance models list' shows the installed packs."


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
    hint_template = "Run the same command again to go on where it stopped, or use 'attendance models import FILE'."


class CheckpointUnusable(ModelError):
    """A weights file cannot be loaded into the network it was given for."""

    code = "MOD-05"
    template = "{path} is not a usable checkpoint: {reason}"
    hint_template = "Give this network's .npz file; 'attendance-train import-weights' makes it from a published one."


class ExportFailed(ModelError):
    """The ONNX file could not be written or does not agree with the network it was made from."""

    code = "MOD-06"
    template = "Exporting to {path} failed: {reason}"
    hint_template = "The file that was there before is unchanged."


class CalibrationDataUnusable(ModelError):
    """A file of embeddings holds too little, or not what a calibration needs."""

    code = "MOD-07"
    template = "{path} cannot be used for a calibration: {reason}"
    hint_template = "Make it with 'attendance embed' from a folder that has one sub-folder a person."


class TrainingDataUnusable(ModelError):
    """Faces to train on are missing, damaged, or labelled by an unfitting teacher."""

    code = "MOD-08"
    template = "{path} cannot be used for training: {reason}"
    hint_template = "docs/training.md and docs/training-data.md show what each kind of training data must look like."


class EvaluationDataUnusable(ModelError):
    """Embeddings, pairs or groups hold too little, or not what an evaluation needs."""

    code = "MOD-09"
    template = "{path} cannot be used for an evaluation: {reason}"
    hint_template = "docs/evaluation.md shows how each of the files must look."


class SwitchRefused(ModelError):
    """Another recognizer cannot be put in use now."""

    code = "MOD-10"
    template = "The recognizer was not switched: {reason}."
    hint_template = "'attendance models shadow' shows what is in use, what is prepared and what it found."


# --- training from the admin window -----------------------------------------------------------------


class TrainingFailed(AttendanceError):
    """A training started from the admin window ended without a result."""

    code = "TRN-01"
    template = "The training ended without a result: {reason}"
    hint_template = "Nothing was changed. The last lines of its log say more; the whole log is in the log file."


# --- enrolment --------------------------------------------------------------------------------------


class EnrolmentError(AttendanceError):
    """A photograph or person cannot be enrolled."""

    code = "ENR-00"
    template = "{where}: cannot enrol: {reason}"
    hint_template = "Correct this and try again."


class NoFace(EnrolmentError):
    """No face was found."""

    code = "ENR-01"
    template = "{where}: no face found."
    hint_template = "Use a photograph that shows the face from the front."


class SeveralFaces(EnrolmentError):
    """More than one face was found."""

    code = "ENR-02"
    template = "{where}: {count} faces found, exactly one is needed."
    hint_template = "Use a photograph of this person alone."


class LowQuality(EnrolmentError):
    """The face is too small, dark, blurred or turned."""

    code = "ENR-03"
    template = "{where}: the face is {reason}."
    hint_template = "Take a sharp, well-lit photograph from the front."


class DuplicatePerson(EnrolmentError):
    """The same face is already enrolled under another code."""

    code = "ENR-04"
    template = "{where}: this face is already enrolled as {other_name} ({other_code}), similarity {similarity:.2f}."
    hint_template = "Check the photograph: add it to {other_code}, or confirm that they are two people."


class DuplicateCode(EnrolmentError):
    """The code is taken by somebody with another name."""

    code = "ENR-05"
    template = "The code {person_code} already belongs to {other_name}."
    hint_template = "Choose another code, or use the same name to add photographs."


class UnknownPerson(EnrolmentError):
    """No person has this code."""

    code = "ENR-06"
    template = "Nobody has the code {person_code}."
    hint_template = "'attendance people list' shows all codes."


class ImportFileError(EnrolmentError):
    """The folder or CSV of an import cannot be read as a whole."""

    code = "ENR-07"
    template = "{path} cannot be imported: {reason}"
    hint_template = (
        "A CSV needs the columns code,name,department,photo in UTF-8; a folder needs one sub-folder a person."
    )


class PersonIncomplete(EnrolmentError):
    """The code, the name or the photographs are missing."""

    code = "ENR-08"
    hint_template = "Give a code, a name and at least one photograph."


class NotSamePerson(EnrolmentError):
    """A photograph shows somebody else than the person's others."""

    code = "ENR-09"
    hint_template = "Take another photograph."


class AlmostKnownCode(UnknownPerson):
    """No person has this code, but a code is written almost like it."""

    code = "ENR-10"
    template = "Nobody has the code {person_code}; almost the same is {other_code}."
    hint_template = (
        "Spreadsheets drop leading zeros; letter case counts. Give the code as 'attendance people list' shows it."
    )


class AlmostSameCode(EnrolmentError):
    """A new code is written almost like that of somebody else."""

    code = "ENR-11"
    template = "The code {person_code} is almost {other_code}, the code of {other_name}."
    hint_template = "For the same person, give {other_code}. For somebody else, choose a code that differs in more."


# --- storage ----------------------------------------------------------------------------------------


class StorageError(AttendanceError):
    """The database or a file of ours cannot be read or written."""

    code = "STO-00"
    template = "{path}: {reason}"
    hint_template = "Nothing was changed. Check the disk and try again."


class DatabaseLocked(StorageError):
    """Another program held the database longer than the wait."""

    code = "STO-01"
    template = "The database {path} is locked by another program."
    hint_template = "Close the other program and try again; nothing was lost."


class DatabaseCorrupt(StorageError):
    """The file is not a healthy SQLite database."""

    code = "STO-02"
    template = "The database {path} is damaged: {reason}"
    hint_template = "Restore a backup; the damaged file was left as it is."


class SchemaTooNew(StorageError):
    """The database was written by a newer version of the application."""

    code = "STO-03"
    template = "The database {path} was written by a newer version (schema {found}, this program knows {known})."
    hint_template = "Install the newer version; the file was not touched."


class DiskFull(StorageError):
    """No space left."""

    code = "STO-04"
    template = "The disk that holds {path} is full."
    hint_template = "Free some space; what was already saved is safe."


class ReadOnlyStorage(StorageError):
    """The folder or file may not be written."""

    code = "STO-05"
    template = "{path} cannot be written."
    hint_template = "Give this user write permission, or choose another folder."


class KeyUnavailable(StorageError):
    """The encryption key is missing or wrong."""

    code = "STO-06"
    template = "The encryption key for {path} is not available: {reason}"
    hint_template = "Restore the key file or keyring entry; without it the stored faces cannot be read."


# --- corrections ------------------------------------------------------------------------------------


class CorrectionRefused(AttendanceError):
    """A correction of the check-in log makes no sense, or may not be made by this person."""

    code = "COR-01"
    template = "This correction cannot be made: {reason}"
    hint_template = "Nothing was changed. Correct this and try again."


# --- reports ----------------------------------------------------------------------------------------


class ReportError(AttendanceError):
    """A report cannot be made or written."""

    code = "REP-01"
    template = "The report {path} cannot be written: {reason}"
    hint_template = "Close the file in other programs or choose another folder."


class ReportRangeError(ReportError):
    """The dates make no sense."""

    code = "REP-02"
    template = "The report range {start} to {end} is not usable: {reason}"
    hint_template = "Give the first and last day as YYYY-MM-DD."


class ReportRequestError(ReportError):
    """A report was asked for with something that does not exist."""

    code = "REP-03"
    template = "This report cannot be made: {reason}."
    hint_template = "Choose one of these and try again."


# --- hours ------------------------------------------------------------------------------------------


class HoursRulesInvalid(AttendanceError):
    """A shift, roster, assignment or rule for hours contradicts itself or cannot be read."""

    code = "HRS-01"
    template = "The rules for hours, {key}: {reason}"
    hint_template = "Correct this entry; docs/hours.md shows what each may hold."


# --- other systems ----------------------------------------------------------------------------------


class WebhookRefused(AttendanceError):
    """An address for messages cannot be used, or did not take one."""

    code = "INT-01"
    template = "The webhook cannot be used: {detail}"
    hint_template = "'attendance webhook set' takes an https address; 'attendance webhook status' shows what waits."


class RelayFailed(AttendanceError):
    """The door relay could not be switched."""

    code = "INT-02"
    template = "The door relay did not switch: {reason}"
    hint_template = "The check-in is saved. Check the relay's cable and the section [relay] of the settings file."


class MailFailed(AttendanceError):
    """An e-mail was not sent."""

    code = "INT-03"
    template = "The e-mail was not sent: {detail}"
    hint_template = "Check the section [mail] of the settings file, then run 'attendance mail test'."


class ScheduleRefused(AttendanceError):
    """A scheduled report makes no sense or does not exist."""

    code = "INT-04"
    template = "The scheduled report: {detail}"
    hint_template = "'attendance schedule list' shows all scheduled reports."


class DataFileError(AttendanceError):
    """A file of events, people or a calendar cannot be read as a whole."""

    code = "INT-05"
    template = "{path} cannot be imported: {detail}"
    hint_template = "docs/integrations.md shows what the file must look like."
