"""Errors: enrolment and the roster."""

from __future__ import annotations

from attendance.errors import AttendanceError


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


class BadgeTaken(EnrolmentError):
    """The number of a card is a badge already."""

    code = "ENR-12"
    template = "This card is badge {badge} already."
    hint_template = "Revoke that badge first, or take another card."


class PinRefused(EnrolmentError):
    """A PIN or the number of a card cannot be taken."""

    code = "ENR-13"
    template = "Not taken: {reason}."
    hint_template = "Choose another one and try again."


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
