"""The fields of a person, checked while they are typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QVBoxLayout, QWidget

from attendance.core.types import Person
from attendance.languages import LANGUAGES
from attendance.ui import theme
from attendance.ui.admin.parts.choices import fill
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.words import translate

MAX_LETTERS = 200


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What the form holds, trimmed."""

    code: str
    name: str
    department: str
    language: str


class PersonForm(QWidget):
    """Code, name, department and language of one person.

    Args:
        owner_of: returns who has a code already, None when it is free.

    Signals:
        changed: something was typed.
        submitted: Return was pressed in a field.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(self, owner_of: Callable[[str], Person | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._owner_of = owner_of
        self._person: Person | None = None
        self._touched: set[Field] = set()
        self.code = Field(QLineEdit())
        self.name = Field(QLineEdit())
        self.department = Field(QLineEdit())
        self._language_box = QComboBox()
        self.language = Field(self._language_box)
        self._departments = QStringListModel(self)
        completer = QCompleter(self._departments, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        for field in (self.code, self.name, self.department):
            column.addWidget(field)
            edit = _line(field)
            edit.setMaxLength(MAX_LETTERS)
            edit.textEdited.connect(lambda _text, f=field: self._on_edited(f))
            edit.editingFinished.connect(lambda f=field: self._on_left(f))
            edit.returnPressed.connect(self.submitted)
        _line(self.department).setCompleter(completer)
        column.addWidget(self.language)
        self._language_box.activated.connect(lambda _index: self.changed.emit())
        self.retranslate()

    def details(self) -> PersonDetails:
        """Return what is typed, without spaces around it."""
        return PersonDetails(
            code=_line(self.code).text().strip(),
            name=" ".join(_line(self.name).text().split()),
            department=" ".join(_line(self.department).text().split()),
            language=str(self._language_box.currentData() or ""),
        )

    def set_departments(self, names: list[str]) -> None:
        """Offer these departments while typing."""
        self._departments.setStringList(names)

    def show_person(self, person: Person | None, *, fixed_name: bool = False) -> None:
        """Fill the form from a person, whose code stays; None empties it.

        Args:
            person: whom to show.
            fixed_name: True locks the name as well: photos are being added to this person.
        """
        self._person = person
        self._touched.clear()
        _line(self.code).setText(person.code if person else "")
        _line(self.name).setText(person.name if person else "")
        _line(self.department).setText(person.department if person else "")
        index = self._language_box.findData(person.language if person else "")
        self._language_box.setCurrentIndex(max(index, 0))
        _line(self.code).setReadOnly(person is not None)
        for field in (self.name, self.department):
            _line(field).setReadOnly(fixed_name)
        self._language_box.setEnabled(not fixed_name)
        for field in (self.code, self.name, self.department):
            field.say_error("")
            _line(field).home(False)  # a long name shows its beginning

    def has_changes(self) -> bool:
        """Return whether a field differs from the shown person."""
        p, d = self._person, self.details()
        if p is None:
            return any((d.code, d.name, d.department))
        return (d.name, d.department, d.language) != (p.name, p.department, p.language)

    def check(self) -> bool:
        """Check every field, show what is wrong, and put the cursor there."""
        self._touched = {self.code, self.name}
        self._check()
        for field in (self.code, self.name):
            if field.has_error:
                field.editor.setFocus()
                return False
        return True

    def is_complete(self) -> bool:
        """Return whether code and name are filled in and the code is usable."""
        d = self.details()
        return bool(d.code and d.name) and not self._code_clash()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.code.set_label(translate("admin", "Code"))
        self.name.set_label(translate("admin", "Name"))
        self.department.set_label(translate("admin", "Department"))
        self.language.set_label(translate("admin", "Language of the welcome"))
        _line(self.code).setPlaceholderText(translate("admin", "e.g. 1007"))
        _line(self.name).setPlaceholderText(translate("admin", "as the person writes it"))
        _line(self.department).setPlaceholderText(translate("admin", "optional"))
        same = (translate("admin", "Same as the kiosk"), "")
        others = ((language.name, code.replace("_", "-")) for code, language in LANGUAGES.items())
        fill(self._language_box, [same, *others])
        self._check()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @Slot()
    def _on_edited(self, field: Field) -> None:
        # An error once shown goes away as soon as it is mended; a new one waits until the field is left. A taken
        # code is the exception: it is said at once.
        if field.has_error or self._code_clash():
            self._touched.add(field)
        self._check()
        self.changed.emit()

    @Slot()
    def _on_left(self, field: Field) -> None:
        if _line(field).isModified():
            self._touched.add(field)
        self._check()

    def _code_clash(self) -> Person | None:
        """Return the other person whose code this is, if the form would collide with them."""
        d = self.details()
        owner = self._owner_of(d.code) if d.code and self._person is None else None
        return owner if owner is not None and d.name != owner.name else None

    def _check(self) -> None:
        d = self.details()
        clash = self._code_clash()
        owner = self._owner_of(d.code) if d.code and self._person is None else None
        if clash is not None:
            self.code.say_error(translate("admin", "This code already belongs to {name}.").format(name=clash.name))
        elif owner is not None:
            self.code.say_remark(translate("admin", "The photos will be added to {name}.").format(name=owner.name))
        elif not d.code and self.code in self._touched:
            self.code.say_error(translate("admin", "Enter a code."))
        else:
            self.code.say_error("")
        is_name_missing = not d.name and self.name in self._touched
        self.name.say_error(translate("admin", "Enter a name.") if is_name_missing else "")


def _line(field: Field) -> QLineEdit:
    assert isinstance(field.editor, QLineEdit)
    return field.editor
