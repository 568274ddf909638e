from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from attendance.core.csv_cells import guard
from attendance.core.recognition.quality import EnrolmentGate
from attendance.core.types import ImageBgr
from attendance.errors import Reason
from attendance.errors.people import ImportFileError, PersonIncomplete
from attendance.errors.pictures import ImageUnreadable
from attendance.errors.storage import StorageError
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.people.enrolment import EnrolmentService, EnrolmentThresholds
from attendance.services.people.importing import ImportResult, ImportService
from tests.fakes import MODEL_ID, FakePack, ScriptedFace, picture
from tests.in_memory import InMemoryRoster

HEADER = "code,name,department,photo\n"


class DiskImages:
    """Files whose text is the identity on the picture, and how like it is (port ImageFiles)."""

    def read(self, path: Path) -> ImageBgr:
        try:
            identity, *similarity = path.read_text().split()
            return picture(ScriptedFace(int(identity), similarity=float(similarity[0]) if similarity else 0.9))
        except (OSError, ValueError) as err:
            raise ImageUnreadable(path=path, reason=Reason("damaged")) from err

    def list_images(self, folder: Path) -> list[Path]:
        return sorted(folder.rglob("*.jpg"))


@pytest.fixture
def roster() -> InMemoryRoster:
    return InMemoryRoster()


@pytest.fixture
def importer(roster: InMemoryRoster) -> ImportService:
    images = DiskImages()
    keeper = GalleryKeeper(roster, MODEL_ID)
    enrolment = EnrolmentService(
        FakePack(),
        roster,
        images,
        keeper,
        gate=EnrolmentGate(),
        thresholds=EnrolmentThresholds(duplicate=0.4, same_person=0.2),
    )
    return ImportService(enrolment, images)


def photo(path: Path, identity: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(identity))
    return path


def run(importer: ImportService, path: Path) -> list[ImportResult]:
    return list(importer.run(importer.plan(path)))


# --- folders -----------------------------------------------------------------------------------------


def test_that_each_sub_folder_is_a_person(importer: ImportService, roster: InMemoryRoster, tmp_path: Path) -> None:
    photo(tmp_path / "7 - Ann Lee - Smith" / "1.jpg", 1)
    photo(tmp_path / "7 - Ann Lee - Smith" / "deeper" / "2.jpg", 1)
    photo(tmp_path / "Bob" / "1.jpg", 2)
    results = run(importer, tmp_path)
    assert [(r.status, str(r.item.label)) for r in results] == [
        ("enrolled", "7 - Ann Lee - Smith"),
        ("enrolled", "Bob"),
    ]
    assert [(p.code, p.name, p.template_count) for p in roster.list_people()] == [
        ("7", "Ann Lee - Smith", 2),
        ("Bob", "Bob", 1),
    ]


def test_that_one_bad_folder_stops_nothing(importer: ImportService, roster: InMemoryRoster, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    photo(tmp_path / "b" / "1.jpg", 1).write_text("damaged")
    photo(tmp_path / "c" / "1.jpg", 3)
    photo(tmp_path / "c" / "2.jpg", 3).write_text("damaged")
    photo(tmp_path / "d" / "1.jpg", 3)  # the face of c
    results = run(importer, tmp_path)
    assert [r.status for r in results] == ["failed", "failed", "enrolled", "failed"]
    assert "no pictures" in str(results[0].error)
    assert "1.jpg" in str(results[1].error)
    assert [path.name for path in results[2].used] == ["1.jpg"]
    assert [path.name for path, _ in results[2].rejected] == ["2.jpg"]
    assert "c (c)" in str(results[3].error)
    assert [p.code for p in roster.list_people()] == ["c"]


def test_that_folders_left_by_programs_are_ignored(importer: ImportService, tmp_path: Path) -> None:
    for name in (".git", "__MACOSX", "Ann"):
        photo(tmp_path / name / "1.jpg", 1)
    photo(tmp_path / "loose.jpg", 1)
    assert [item.code for item in importer.plan(tmp_path)] == ["Ann"]


def test_that_two_folders_with_one_code_and_two_names_conflict(importer: ImportService, tmp_path: Path) -> None:
    photo(tmp_path / "7 - Ann" / "1.jpg", 1)
    photo(tmp_path / "7 - Bob" / "1.jpg", 2)
    results = run(importer, tmp_path)
    assert [r.status for r in results] == ["enrolled", "failed"]
    assert "given to Ann before" in str(results[1].error)


def test_that_an_empty_folder_is_refused(importer: ImportService, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no sub-folders"):
        importer.plan(tmp_path)
    with pytest.raises(ImportFileError, match="no such file"):
        importer.plan(tmp_path / "absent")


# --- tables ------------------------------------------------------------------------------------------


def table(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for identity in range(1, 5):
        photo(tmp_path / "photos" / f"{identity}.jpg", identity)
    return path


def test_that_a_table_enrols_one_person_a_code(importer: ImportService, roster: InMemoryRoster, tmp_path: Path) -> None:
    photo(tmp_path / "photos" / "more" / "a.jpg", 1)
    text = HEADER + "7,Ann,Lab,photos/1.jpg\n\n8,Bob,,photos\\2.jpg\n7, Ann ,,photos/more\n"
    results = run(importer, table(tmp_path, text))
    assert [(r.status, str(r.item.label)) for r in results] == [("enrolled", "line 2, 5"), ("enrolled", "line 4")]
    assert [(p.code, p.name, p.department, p.template_count) for p in roster.list_people()] == [
        ("7", "Ann", "Lab", 2),
        ("8", "Bob", "", 1),
    ]


def test_that_the_same_import_again_adds_nothing_and_says_so(
    importer: ImportService, roster: InMemoryRoster, tmp_path: Path
) -> None:
    path = table(tmp_path, HEADER + "7,Ann,Lab,photos/1.jpg\n")
    first, second = run(importer, path) + run(importer, path)
    photograph = tmp_path / "photos" / "1.jpg"
    assert (first.status, first.used, first.skipped) == ("enrolled", (photograph,), ())
    assert (second.status, second.used, second.skipped) == ("unchanged", (), (photograph,))
    assert roster.get_by_code("7").template_count == 1


def test_that_a_second_import_adds_what_is_new(importer: ImportService, tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "7,Ann,Lab,photos/1.jpg\n")
    run(importer, path)
    photo(tmp_path / "photos" / "5.jpg", 1).write_text("1 0.8")
    path.write_text(HEADER + "7,Ann,Lab,photos/1.jpg\n7,Ann,Lab,photos/5.jpg\n", encoding="utf-8")
    (result,) = run(importer, path)
    assert result.status == "added"
    assert ([path.name for path in result.used], [path.name for path in result.skipped]) == (["5.jpg"], ["1.jpg"])


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffcode,name,department,photo\r\n007,李 娜,Lab,photos/1.jpg\r\n",
        "code;name;department;photo\n007;李 娜;Lab;photos/1.jpg\n",
        "sep=;\ncode;name;department;photo\n007;李 娜;Lab;photos/1.jpg\n",
        'Photo, NAME ,Code,extra,department\n"photos/1.jpg","李 娜","007",x,Lab\n',
    ],
    ids=["bom", "semicolon", "sep", "order"],
)
def test_that_the_spellings_of_spreadsheets_are_read(importer: ImportService, tmp_path: Path, text: str) -> None:
    (item,) = importer.plan(table(tmp_path, text))
    assert (item.code, item.name, item.department) == ("007", "李 娜", "Lab")
    assert item.photos == (tmp_path / "photos" / "1.jpg",)
    assert item.problem is None


def test_that_the_department_column_may_be_absent(importer: ImportService, tmp_path: Path) -> None:
    (item,) = importer.plan(table(tmp_path, "code,name,photo\n7,Ann,photos/1.jpg\n"))
    assert item.department == ""


def test_that_guarded_texts_of_a_report_come_back(importer: ImportService, tmp_path: Path) -> None:
    texts = ["+1-800", "=Ann", "@Lab"]
    row = ",".join(f'"{guard(text)}"' for text in texts)
    assert row.startswith('"\'+1-800"')
    (item,) = importer.plan(table(tmp_path, HEADER + row + ",photos/1.jpg\n"))
    assert [item.code, item.name, item.department] == texts


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Ann,,photos/1.jpg", "code or name is empty"),
        ("7,,,photos/1.jpg", "code or name is empty"),
        ("7,Ann,,", "no photograph given"),
        ("7,Ann", "no photograph given"),
        ("7,Ann,,photos/absent.jpg", "absent.jpg"),
        ("7,Ann,,empty", "has no pictures"),
        (f"7,Ann,,{'n' * 5000}.jpg", "photograph"),
        ("7,Ann,,a\0b.jpg", "ab.jpg"),
        ("8,Bobby,,photos/3.jpg", "given to Bob before"),
    ],
)
def test_that_a_bad_row_fails_alone(importer: ImportService, tmp_path: Path, row: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    results = run(importer, table(tmp_path, HEADER + f"8,Bob,,photos/2.jpg\n{row}\n9,Eve,,photos/4.jpg\n"))
    by_label = {str(r.item.label): r for r in results}
    assert by_label["line 2"].status == by_label["line 4"].status == "enrolled"
    assert by_label["line 3"].status == "failed"
    assert reason in str(by_label["line 3"].error)


@pytest.mark.parametrize("row", [",Ann,,photos/1.jpg", "7,Ann,,", "7,Ann,,empty"])
def test_that_a_row_with_a_gap_asks_for_what_is_missing(importer: ImportService, tmp_path: Path, row: str) -> None:
    (tmp_path / "empty").mkdir()
    (result,) = run(importer, table(tmp_path, HEADER + row + "\n"))
    assert isinstance(result.error, PersonIncomplete)
    assert result.error.hint == "Give a code, a name and at least one photograph."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (HEADER.encode(), "no rows"),
        (b"code,name,department\n7,Ann,Lab\n", "column photo is missing"),
        (b"7,Ann,Lab,photos/1.jpg\n", "columns code, name, photo are missing"),
        (
            HEADER.encode() + b"7,Ann,,photos/1.jpg\n8,Jos\xe9,,photos/2.jpg\n",
            "line 3 has the byte 0xe9, which is not UTF-8; save it as UTF-8",
        ),
        (HEADER.encode("utf-16-le"), "save it as UTF-8"),
        (HEADER.encode() + b'7,"Ann"x,,photos/1.jpg\n', "line 2"),
        (HEADER.encode() + b'7,"Ann,,photos/1.jpg\n', "line 2"),
        (HEADER.encode() + b"7," + b"n" * 200_000 + b",,photos/1.jpg\n", "line 2"),
    ],
)
def test_that_an_unusable_table_is_refused_with_the_reason(
    importer: ImportService, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = table(tmp_path, content)
    with pytest.raises(ImportFileError, match=reason) as caught:
        importer.plan(path)
    assert str(path) in caught.value.user_text


def test_that_a_huge_file_is_refused_before_it_is_read(importer: ImportService, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(ImportFileError, match="larger than 20 MB"):
        importer.plan(path)


def test_that_a_full_disk_fails_each_row_and_half_writes_none(
    importer: ImportService, roster: InMemoryRoster, tmp_path: Path
) -> None:
    items = importer.plan(table(tmp_path, HEADER + "7,Ann,,photos/1.jpg\n8,Bob,,photos/2.jpg\n"))
    running = importer.run(items)
    assert next(running).status == "enrolled"
    roster.failure = StorageError(path="attendance.db", reason=Reason("disk I/O error"))
    failed = next(running)
    assert failed.status == "failed"
    assert isinstance(failed.error, StorageError)
    roster.failure = None
    assert [p.code for p in roster.list_people()] == ["7"]


# --- names of photographs ----------------------------------------------------------------------------

COMPOSED, APART = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("on_disk", "named"),
    [
        (f"ph/{APART}.jpg", f"ph/{COMPOSED}.jpg"),
        (f"ph/{COMPOSED}.jpg", f"ph/{APART}.jpg"),
        ("ph/anna.jpg", "PH\\Anna.JPG"),
        (f"{APART}/1.jpg", COMPOSED),
    ],
)
def test_that_photographs_are_found_as_another_system_spells_them(
    importer: ImportService, tmp_path: Path, on_disk: str, named: str
) -> None:
    photo(tmp_path / on_disk, 5)
    (result,) = run(importer, table(tmp_path, f"{HEADER}7,Ann,Lab,{named}\n"))
    assert (result.status, result.item.photos) == ("enrolled", (tmp_path / on_disk,))


def test_that_a_photograph_that_two_files_fit_is_a_bad_row(importer: ImportService, tmp_path: Path) -> None:
    photo(tmp_path / "Anna.jpg", 5)
    photo(tmp_path / "ANNA.jpg", 6)
    bad, good = run(importer, table(tmp_path, f"{HEADER}7,Ann,,anna.jpg\n8,Bob,,photos/1.jpg\n"))[::-1]
    assert (bad.status, good.status) == ("failed", "enrolled")
    assert "several files fit the name anna.jpg" in str(bad.error)


@pytest.mark.parametrize("heading", ["sep=;\n", ""])
def test_that_commas_inside_a_heading_do_not_separate(importer: ImportService, tmp_path: Path, heading: str) -> None:
    text = f'{heading}code;name;photo;"note (street, zip, town, county)"\n7;Ann;photos/1.jpg;x\n'
    (result,) = run(importer, table(tmp_path, text))
    assert result.status == "enrolled"


def test_that_a_table_in_utf16_is_read(importer: ImportService, tmp_path: Path) -> None:
    (item,) = importer.plan(table(tmp_path, (HEADER + "7,Ann,,photos/1.jpg\n").replace(",", "\t").encode("utf-16")))
    assert (item.code, item.photos) == ("7", (tmp_path / "photos" / "1.jpg",))
