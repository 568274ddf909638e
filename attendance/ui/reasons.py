"""The English facts inside errors, provider reports and licences, in the language of the window.

The layers below the windows know no catalogue; they give reasons in English. One without a value is looked up as it
is. One with values is recognised by its form, and the values, which may be reasons themselves, go into the translated
form. What nobody translated, such as a library's own words, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "errors"

# Said by the operating system and by SQLite, and short sentences that are put together before they arrive here.
PHRASES = (
    QT_TRANSLATE_NOOP("errors", "No such file or directory"),
    QT_TRANSLATE_NOOP("errors", "Permission denied"),
    QT_TRANSLATE_NOOP("errors", "Is a directory"),
    QT_TRANSLATE_NOOP("errors", "Not a directory"),
    QT_TRANSLATE_NOOP("errors", "File exists"),
    QT_TRANSLATE_NOOP("errors", "File name too long"),
    QT_TRANSLATE_NOOP("errors", "Input/output error"),
    QT_TRANSLATE_NOOP("errors", "disk I/O error"),
    QT_TRANSLATE_NOOP("errors", "file is not a database"),
    QT_TRANSLATE_NOOP("errors", "database disk image is malformed"),
    QT_TRANSLATE_NOOP("errors", "unable to open database file"),
    QT_TRANSLATE_NOOP("errors", "The check-in log"),
    QT_TRANSLATE_NOOP("errors", "the new person"),
    QT_TRANSLATE_NOOP("errors", "code"),
    QT_TRANSLATE_NOOP("errors", "name"),
    QT_TRANSLATE_NOOP("errors", "no entry"),
    QT_TRANSLATE_NOOP("errors", "it keeps no entry"),
    QT_TRANSLATE_NOOP("errors", "not asked"),
    QT_TRANSLATE_NOOP("errors", "system keyring"),
    QT_TRANSLATE_NOOP("errors", "the connection was cut"),
    QT_TRANSLATE_NOOP("errors", "a GIF picture"),
    QT_TRANSLATE_NOOP("errors", "a PDF document"),
    QT_TRANSLATE_NOOP("errors", "a Photoshop picture"),
    QT_TRANSLATE_NOOP("errors", "a ZIP archive or office document"),
    QT_TRANSLATE_NOOP("errors", "an AVIF picture"),
    QT_TRANSLATE_NOOP("errors", "a HEIC picture"),
    QT_TRANSLATE_NOOP("errors", "a video"),
    QT_TRANSLATE_NOOP("errors", "JPEG, PNG, BMP, WebP or TIFF"),
    QT_TRANSLATE_NOOP("errors", "detector in InsightFace's layout"),
    QT_TRANSLATE_NOOP("errors", "recognizer with a 112x112 input"),
    QT_TRANSLATE_NOOP("errors", "The settings ask for the CPU."),
    QT_TRANSLATE_NOOP("errors", "The installed onnxruntime has no CUDA support."),
    QT_TRANSLATE_NOOP("errors", "The installed onnxruntime has no CUDA support; the CPU is used."),
    QT_TRANSLATE_NOOP("errors", "no NVIDIA GPU, or its driver is missing or too old"),
    QT_TRANSLATE_NOOP("errors", "a stored instant is not a date and time"),
    QT_TRANSLATE_NOOP("errors", "a stored direction is neither in nor out"),
    QT_TRANSLATE_NOOP("errors", "a text"),
    QT_TRANSLATE_NOOP("errors", "a whole number"),
    QT_TRANSLATE_NOOP("errors", "a number"),
    QT_TRANSLATE_NOOP("errors", "true or false"),
    QT_TRANSLATE_NOOP("errors", "a list"),
    QT_TRANSLATE_NOOP("errors", "a table"),
    QT_TRANSLATE_NOOP("errors", "The enrolled photographs"),
    QT_TRANSLATE_NOOP("errors", "training: best step for the validation's people"),
    QT_TRANSLATE_NOOP("errors", "gain: TAR of the staff, trained on or not"),
    QT_TRANSLATE_NOOP("errors", "strangers given a name"),
    QT_TRANSLATE_NOOP("errors", "looks of staff named rightly"),
    QT_TRANSLATE_NOOP("errors", "holds: nothing was gained"),
    QT_TRANSLATE_NOOP("errors", "on people who were not trained on, no step was better than the pack as it is"),
    QT_TRANSLATE_NOOP("errors", "there is no look to measure it with"),
    QT_TRANSLATE_NOOP("errors", "template"),
    QT_TRANSLATE_NOOP("errors", "crop"),
    QT_TRANSLATE_NOOP("errors", "a name or password in the address is not taken"),
    QT_TRANSLATE_NOOP("errors", "the address of the server or of the proxy is not valid"),
    QT_TRANSLATE_NOOP("errors", "holds half of a character (a lone surrogate)"),
    QT_TRANSLATE_NOOP("errors", "approved"),
    QT_TRANSLATE_NOOP("errors", "rejected"),
    QT_TRANSLATE_NOOP("errors", "it is not UTF-8 text; save it as UTF-8"),
    QT_TRANSLATE_NOOP("errors", "its UTF-16 text is damaged; save it as UTF-8"),
    QT_TRANSLATE_NOOP("errors", "a quotation mark is not closed"),
    QT_TRANSLATE_NOOP("errors", "text follows a closed quotation mark"),
)

# Reasons with values. The first that fits counts, so that a form stands before the ones that it is a part of.
FORMS = (
    QT_TRANSLATE_NOOP("errors", "CUDA is active (onnxruntime {version})."),
    QT_TRANSLATE_NOOP(
        "errors", "The installed onnxruntime supports CUDA but could not start it ({cause}); the CPU is used."
    ),
    QT_TRANSLATE_NOOP("errors", "The installed onnxruntime supports CUDA but could not start it ({cause})."),
    QT_TRANSLATE_NOOP("errors", "CUDA was asked for but is not to be had. {cause}"),
    QT_TRANSLATE_NOOP("errors", "onnxruntime cannot load it ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it failed while running ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it is {actual}, not {wanted}"),
    QT_TRANSLATE_NOOP("errors", "it is not {wanted}"),
    QT_TRANSLATE_NOOP("errors", "it is no ONNX file ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it is no usable .zip file ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it is larger than {count} MB"),
    QT_TRANSLATE_NOOP("errors", "the file is larger than {count} bytes"),
    QT_TRANSLATE_NOOP("errors", "it unpacks to more than {count} bytes"),
    QT_TRANSLATE_NOOP("errors", "it holds more than {count} files"),
    QT_TRANSLATE_NOOP("errors", "no holidays are known for {country}"),
    QT_TRANSLATE_NOOP("errors", "{country} has no part called {part}"),
    QT_TRANSLATE_NOOP("errors", "there is no column {name}; there are: {names}"),
    QT_TRANSLATE_NOOP("errors", "there is no {kind} {name}; there are: {names}"),
    QT_TRANSLATE_NOOP("errors", "more than {count} rows do not fit on a sheet; choose fewer days, or CSV"),
    QT_TRANSLATE_NOOP("errors", "more than {count} rows; choose fewer days, or CSV"),
    QT_TRANSLATE_NOOP("errors", "the archive holds the pack {name}"),
    QT_TRANSLATE_NOOP("errors", "the archive holds {name} twice"),
    QT_TRANSLATE_NOOP("errors", "the archive is unsafe: {name} is no plain file inside it"),
    QT_TRANSLATE_NOOP("errors", "the manifest is wrong: {cause}"),
    QT_TRANSLATE_NOOP("errors", "there is no folder of this name in {path}"),
    QT_TRANSLATE_NOOP("errors", "there is no {what} in it"),
    QT_TRANSLATE_NOOP("errors", "it can be one of {names}"),
    QT_TRANSLATE_NOOP("errors", "it cannot be read ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it cannot be reached ({cause})"),
    QT_TRANSLATE_NOOP("errors", "it answered {status}"),
    QT_TRANSLATE_NOOP("errors", "no answer within {seconds} s"),
    QT_TRANSLATE_NOOP("errors", "the program cannot be started ({cause})"),
    QT_TRANSLATE_NOOP("errors", "the program ended with code {code}"),
    QT_TRANSLATE_NOOP("errors", "the serial port cannot be used ({cause})"),
    QT_TRANSLATE_NOOP("errors", "cannot be upgraded ({cause})"),
    QT_TRANSLATE_NOOP("errors", "the photograph cannot be looked for ({cause})"),
    QT_TRANSLATE_NOOP("errors", "line {line} has the byte {byte}, which is not UTF-8; save it as UTF-8"),
    QT_TRANSLATE_NOOP("errors", "line {line}: {cause}"),
    QT_TRANSLATE_NOOP("errors", "the column {names} is missing from the first line"),
    QT_TRANSLATE_NOOP("errors", "the columns {names} is missing from the first line"),
    QT_TRANSLATE_NOOP("errors", "the column {name} is there twice"),
    QT_TRANSLATE_NOOP("errors", "a cell is longer than {count} characters; perhaps a quotation mark is not closed"),
    QT_TRANSLATE_NOOP("errors", "several files fit the name {name}: {names}"),
    QT_TRANSLATE_NOOP("errors", "the code {code} was given to {name} before"),
    QT_TRANSLATE_NOOP("errors", "the upgrade was undone: rows lost in {tables}, {count} dangling references"),
    QT_TRANSLATE_NOOP("errors", "the key at hand ({key}) is not the one that encrypted this database ({other})"),
    QT_TRANSLATE_NOOP("errors", "the system keyring has none ({cause})"),
    QT_TRANSLATE_NOOP("errors", "{path} is missing and the system keyring has none ({cause})"),
    QT_TRANSLATE_NOOP("errors", "{path} is damaged: it must hold {count} hex digits"),
    QT_TRANSLATE_NOOP("errors", "other users may read {path}; make it private with: chmod 600 {same_path}"),
    QT_TRANSLATE_NOOP("errors", "{error}: no usable keyring service"),
    QT_TRANSLATE_NOOP("errors", "the {what} is empty"),
    QT_TRANSLATE_NOOP("errors", "longer than {count} characters"),
    QT_TRANSLATE_NOOP("errors", "{count} events already wait for the disk; this one is refused"),
    QT_TRANSLATE_NOOP("errors", "no permission to open {path}; add this user to the group 'video' and log in again"),
    QT_TRANSLATE_NOOP("errors", "the address {url} begins with neither https:// nor http://"),
    QT_TRANSLATE_NOOP("errors", "{url} does not exist (404)"),
    QT_TRANSLATE_NOOP("errors", "the server answered {code} for {url}"),
    QT_TRANSLATE_NOOP("errors", "the server sent nothing for {count} s"),
    QT_TRANSLATE_NOOP("errors", "the server offers {count} bytes, expected {wanted}"),
    QT_TRANSLATE_NOOP("errors", "the connection was cut after {count} of {total} bytes"),
    QT_TRANSLATE_NOOP("errors", "no connection ({cause})"),
    QT_TRANSLATE_NOOP("errors", "not valid TOML ({cause})"),
    QT_TRANSLATE_NOOP("errors", "unknown section; known: {names}"),
    QT_TRANSLATE_NOOP("errors", "unknown key; known: {names}"),
    QT_TRANSLATE_NOOP("errors", "must be a section, written {section}"),
    QT_TRANSLATE_NOOP("errors", "must be one of {names}"),
    QT_TRANSLATE_NOOP("errors", "must be from {low} to {high}"),
    QT_TRANSLATE_NOOP("errors", "must be {wanted}, not {actual}"),
    QT_TRANSLATE_NOOP("errors", "{name} is no known time zone"),
    QT_TRANSLATE_NOOP("errors", "it overlaps with assignment {number}"),
    QT_TRANSLATE_NOOP("errors", "nobody has the code {code}; almost the same is {names}"),
    QT_TRANSLATE_NOOP("errors", "nobody has the code {code}"),
    QT_TRANSLATE_NOOP("errors", "there is no shift called {name}"),
    QT_TRANSLATE_NOOP("errors", "{name} begins where {other} begins"),
    QT_TRANSLATE_NOOP("errors", "a {what} has an unknown format"),
    QT_TRANSLATE_NOOP("errors", "a {what} of person {person} is damaged or belongs to another row"),
    QT_TRANSLATE_NOOP("errors", "a {what} of person {person} is no binary value"),
    QT_TRANSLATE_NOOP("errors", "a crop of person {person} cannot be unpacked"),
    QT_TRANSLATE_NOOP("errors", "a crop of person {person} has the wrong size"),
    QT_TRANSLATE_NOOP("errors", "staff trained on, other photographs: TAR at FAR {far}"),
    QT_TRANSLATE_NOOP("errors", "staff not trained on: TAR at FAR {far}"),
    QT_TRANSLATE_NOOP("errors", "general set: TAR at FAR {far}"),
    QT_TRANSLATE_NOOP("errors", "{lost} of {count} looks are refused that were accepted before"),
    QT_TRANSLATE_NOOP("errors", "{count} instead of {before} strangers' photographs get a name"),
    QT_TRANSLATE_NOOP("errors", "worse beyond noise: {names}"),
    QT_TRANSLATE_NOOP("errors", "other people's pairs lose {points} points"),
    QT_TRANSLATE_NOOP("errors", "{count} people have two usable photographs, at least {least} are needed"),
    QT_TRANSLATE_NOOP("errors", "{count} of {total} photographs seem to be in the wrong folder; put them right first"),
    QT_TRANSLATE_NOOP("errors", "it must hold other people than the staff, but {name} ({count} in all) is in both"),
    QT_TRANSLATE_NOOP(
        "errors",
        "{count} photographs of {people} people are too few for the gate's general set; take about a hundred people or "
        "more, {least} of them with two photographs",
    ),
    QT_TRANSLATE_NOOP("errors", "it cannot be started ({cause})"),
    QT_TRANSLATE_NOOP("errors", "there is no picture in {path}"),
    QT_TRANSLATE_NOOP("errors", "its process was ended by signal {number}"),
    QT_TRANSLATE_NOOP("errors", "its process ended with code {code}"),
    QT_TRANSLATE_NOOP("errors", "there is no correction {name}"),
    QT_TRANSLATE_NOOP("errors", "there is a correction {name} already"),
    QT_TRANSLATE_NOOP("errors", "the correction {name} is {what} already"),
    QT_TRANSLATE_NOOP("errors", "there is no event {name}"),
    QT_TRANSLATE_NOOP("errors", "the event {name} is void already"),
    QT_TRANSLATE_NOOP("errors", "it is longer than {count} days"),
    QT_TRANSLATE_NOOP("errors", "leave is booked from {first} to {last} already"),
    QT_TRANSLATE_NOOP("errors", "{path} holds no .onnx model"),
    QT_TRANSLATE_NOOP("errors", "{path} is no folder"),
    QT_TRANSLATE_NOOP("errors", "{path} has no pictures"),
    QT_TRANSLATE_NOOP("errors", "{path} cannot be read ({cause})"),
    QT_TRANSLATE_NOOP("errors", "{path} does not exist"),
    QT_TRANSLATE_NOOP("errors", "{path} is missing"),
    QT_TRANSLATE_NOOP("errors", "{name} is in use already"),
    QT_TRANSLATE_NOOP("errors", "{name} is not the candidate any more"),
    QT_TRANSLATE_NOOP("errors", "{name} would not know {names}, of whom no photograph is kept"),
    QT_TRANSLATE_NOOP("errors", "{name} is not the recognizer before the one in use"),
    QT_TRANSLATE_NOOP("errors", "{name} knows nobody; prepare and promote it instead"),
    QT_TRANSLATE_NOOP("errors", "its manifest names the pack {name}"),
)

# Values that are words; the others are names, paths and numbers, which mean the same in every language.
_WORDS = frozenset({"cause", "what", "actual", "wanted"})
_LINE_FORM = str(QT_TRANSLATE_NOOP("errors", "line {line}"))
_LINE = re.compile(r"line (\d+(?:, \d+)*)")


def reason_text(reason: str) -> str:
    """Return an English reason in the window's language, as it is when nobody translated it."""
    found = fixed_text(reason)
    if found != reason:
        return found
    for form, pattern in _patterns():
        match = pattern.fullmatch(reason)
        if match is not None:
            translated = fixed_text(form)
            if translated == form:
                return reason  # English, or not translated
            return translated.format(
                **{name: reason_text(value) if name in _WORDS else value for name, value in match.groupdict().items()}
            )
    return reason


def place_text(place: str) -> str:
    """Return where something went wrong; of the places only lines of a table have a form, others are names."""
    line = _LINE.fullmatch(place)
    return fixed_text(_LINE_FORM).format(line=line[1]) if line else fixed_text(place)


def fixed_text(text: str) -> str:
    """Return a text without values, such as a licence or a pack's title, in the window's language."""
    return QCoreApplication.translate(CONTEXT, text)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for form in map(str, FORMS):
        pieces = re.split(r"\{(\w+)\}", form)  # text, name, text, name, ..., text
        pattern = "".join(f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(pieces))
        found.append((form, re.compile(pattern, re.DOTALL)))
    return tuple(found)
