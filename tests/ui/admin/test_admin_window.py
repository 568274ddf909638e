from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.licence import LicenceTerm
from attendance.core.types import LicenceUse, PackInfo
from attendance.errors.people import DuplicateCode
from attendance.errors.storage import DatabaseLocked
from attendance.ui import theme
from attendance.ui.admin.banners import LICENCE_SEEN_SETTING
from attendance.ui.admin.navigation import Place
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.stylesheet import NARROW_WINDOW
from attendance.ui.admin.window import AdminWindow
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.window_end import end_window
from tests.in_memory import InMemorySettings
from tests.patience import PATIENCE_S
from tests.ui.admin.opening import OpenAdmin
from tests.ui.admin.world import World


def test_that_the_window_is_shown_before_its_services_are_loaded(qtbot: QtBot) -> None:
    allowed = threading.Event()

    def load() -> AdminServices:
        assert allowed.wait(PATIENCE_S)
        return World().services()

    window = AdminWindow(load)
    window.show()

    assert window.loading.isVisible()
    assert not window.is_ready
    allowed.set()
    qtbot.waitUntil(lambda: window.is_ready)
    assert window.people.isVisible()
    end_window(window)


def test_that_a_failed_start_says_what_to_do_and_can_be_tried_again(qtbot: QtBot) -> None:
    tries: list[int] = []

    def load() -> AdminServices:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseLocked(path="attendance.db")
        return World().services()

    window = AdminWindow(load)
    window.show()
    qtbot.waitUntil(window.failure.isVisible)

    assert window.failure.title.text() == "The database attendance.db is locked by another program."
    assert "try again" in window.failure.sentence.text()
    qtbot.mouseClick(window.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.is_ready)
    assert len(tries) == 2
    end_window(window)


def test_that_every_page_opens_from_the_navigation(open_admin: OpenAdmin) -> None:
    window = open_admin(World())

    seen = []
    for row in range(window.navigation.count()):
        window.navigation.setCurrentRow(row)
        seen.append(window.pages.currentWidget())

    assert seen == [window.people, window.today, window.reports, window.system]


def test_that_the_navigation_leads_back_from_enrolment(open_admin: OpenAdmin) -> None:
    window = open_admin(World())
    window.people.add.click()
    assert window.pages.currentWidget() is window.enrol

    item = window.navigation.item(0)
    window.navigation.itemClicked.emit(item)

    assert window.pages.currentWidget() is window.people


def test_that_a_narrow_window_keeps_the_words_for_assistive_technology(open_admin: OpenAdmin) -> None:
    window = open_admin(World())
    window.resize(NARROW_WINDOW - 1, window.height())
    narrow = window.navigation.item(1)
    assert (narrow.text(), narrow.data(Qt.ItemDataRole.AccessibleTextRole), narrow.toolTip()) == ("", "Today", "Today")

    window.resize(NARROW_WINDOW + 200, window.height())

    assert window.navigation.item(1).text() == "Today"


def test_that_taking_the_pages_away_opens_none_of_them(open_admin: OpenAdmin) -> None:
    window = open_admin(World())
    places = [Place(window.people, "people", lambda: "People") for _ in range(8)]
    window.navigation.set_places(places)
    window.navigation.setCurrentRow(6)
    rows: list[int] = []
    window.navigation.currentRowChanged.connect(rows.append)
    window.navigation.set_places([])
    assert rows == []


def test_that_a_licence_that_forbids_commercial_use_stands_in_a_banner(open_admin: OpenAdmin) -> None:
    pack = PackInfo("x", "x:1", "Big pack", 512, "research only", use=LicenceUse.RESEARCH_ONLY)
    window = open_admin(World(pack_info=pack))

    texts = [banner.label.text() for banner in window.banners.notices]

    assert texts == ["The model pack Big pack may not be used commercially: research only"]
    assert all(banner.isVisible() for banner in window.banners.notices)


def test_that_the_banner_of_a_licence_can_be_put_away_and_comes_back_with_another_pack(
    open_admin: OpenAdmin, qtbot: QtBot
) -> None:
    pack = PackInfo("x", "x:1", "Big pack", 512, "research only", use=LicenceUse.RESEARCH_ONLY)
    settings = InMemorySettings()
    window = open_admin(World(pack_info=pack, settings=settings))
    assert window.banners.put_away is not None
    window.banners.put_away.click()
    qtbot.waitUntil(lambda: window.banners.notices == [])

    again = open_admin(World(pack_info=pack, settings=settings))
    assert again.banners.notices == []
    assert dict(again.system.pack.facts)["Commercial use"] == "Not allowed: research only"
    other = replace(pack, pack_id="y", model_id="y:1")
    assert len(open_admin(World(pack_info=other, settings=settings)).banners.notices) == 1


@pytest.mark.parametrize("use", [LicenceUse.ALLOWED, LicenceUse.DATA_NOT_DOCUMENTED])
def test_that_a_pack_that_a_company_may_use_has_no_banner(open_admin: OpenAdmin, use: LicenceUse) -> None:
    window = open_admin(World(pack_info=PackInfo("x", "x:1", "Pack", 512, "MIT", use=use)))
    assert window.banners.notices == []
    says = dict(window.system.pack.facts)["Commercial use"]
    assert says == ("Allowed" if use is LicenceUse.ALLOWED else "Allowed; training data not documented")


def test_that_a_licence_that_is_over_is_told_and_one_that_holds_is_not(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    world = World()
    now = world.clock.now_utc()
    begin, settings = now - timedelta(days=400), InMemorySettings()
    info = PackInfo("x", "x:1", "Big pack", 512, "licensed", use=LicenceUse.ALLOWED)
    holds = replace(info, term=LicenceTerm("Example Ltd", begin, now + timedelta(days=1)))
    window = open_admin(World(pack_info=holds, settings=settings))
    assert window.banners.notices == []
    facts = dict(window.system.pack.facts)
    assert facts["Commercial use"] == "Allowed"
    assert facts["Licence"] == f"InsightFace's licence for Example Ltd, until {(now + timedelta(days=1)).date()}"

    over = replace(info, term=LicenceTerm("Example Ltd", begin, now))
    # Somebody put the banner away when the pack was for research only.
    settings.set(LICENCE_SEEN_SETTING, info.model_id)
    window = open_admin(World(pack_info=over, settings=settings))
    (notice,) = window.banners.notices
    assert "may not be used commercially" in notice.label.text()
    assert "for Example Ltd, which ended on" in notice.label.text()
    assert dict(window.system.pack.facts)["Commercial use"] == "Not allowed: research only"
    assert window.banners.put_away is not None
    window.banners.put_away.click()
    qtbot.waitUntil(lambda: window.banners.notices == [])
    assert open_admin(World(pack_info=over, settings=settings)).banners.notices == []


def test_that_stored_language_and_theme_are_taken_over(open_admin: OpenAdmin) -> None:
    window = open_admin(World(settings=InMemorySettings({"language": "zh_CN", "theme": "dark"})))

    assert window.people.title.text() == "人员"
    assert theme.tokens() is theme.DARK


def test_that_a_change_of_language_takes_toasts_away(open_admin: OpenAdmin, qtbot: QtBot) -> None:
    window = open_admin(World())
    window.toasts.show_text("Saved Li Na.")

    LanguageSwitch.instance().set_language("zh_CN")

    qtbot.waitUntil(lambda: window.toasts.shown == [] and not window.toasts.isVisible())


def test_that_the_licence_and_the_title_of_the_pack_are_told_in_the_windows_language(open_admin: OpenAdmin) -> None:
    licence = "non-commercial research only"
    pack = PackInfo("x", "x:1", "Bundled pack (MTCNN + MobileFaceNet)", 192, licence, use=LicenceUse.RESEARCH_ONLY)
    window = open_admin(World(pack_info=pack, settings=InMemorySettings({"language": "zh_CN"})))

    assert "内置模型包" in window.banners.notices[0].label.text()
    assert "仅限非商业研究" in window.banners.notices[0].label.text()
    facts = [value for _, value in window.system.pack.facts]
    assert "仅限非商业研究" in facts


def test_that_without_a_stored_choice_the_language_in_use_stays(open_admin: OpenAdmin, qapp: QApplication) -> None:
    LanguageSwitch.instance().set_language("zh_CN")
    theme.apply_theme(qapp, "dark")

    window = open_admin(World(settings=InMemorySettings()))

    assert window.navigation.item(0).text() == "人员"
    assert theme.tokens() is theme.DARK


def test_that_a_change_of_theme_tints_the_icons_anew(open_admin: OpenAdmin, qapp: QApplication) -> None:
    world = World()
    world.add_company()
    window = open_admin(world)
    before = _pixels(window.people.import_button.icon().pixmap(20, 20))

    theme.apply_theme(qapp, "dark")

    assert _pixels(window.people.import_button.icon().pixmap(20, 20)) != before
    assert theme.DARK.bg in window.styleSheet()


def test_that_closing_during_work_neither_waits_for_callbacks_nor_loses_a_thread(qtbot: QtBot) -> None:
    allowed = threading.Event()
    called: list[object] = []
    window = AdminWindow(World().services)
    window.show()
    qtbot.waitUntil(lambda: window.is_ready)
    window.jobs.submit(lambda: allowed.wait(PATIENCE_S), called.append, called.append)
    allowed.set()

    window.close()

    assert window.jobs.is_idle
    QApplication.processEvents()
    assert called == []
    end_window(window)


def test_that_closing_waits_only_for_jobs_that_have_begun(open_admin: OpenAdmin) -> None:
    window = open_admin(World())
    begun, may_end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(PATIENCE_S)

    for _ in range(3):  # one at a time: two of them wait
        window.jobs.submit(work, lambda _: None, pytest.fail, vision=True)
    assert begun.wait(PATIENCE_S)
    may_end.set()

    assert window.jobs.close(timeout_s=PATIENCE_S)


@pytest.mark.parametrize("vision", [False, True])
def test_that_a_job_answers_in_the_window_thread(open_admin: OpenAdmin, qtbot: QtBot, vision: bool) -> None:
    window = open_admin(World())
    threads: list[tuple[str, threading.Thread]] = []

    def work() -> threading.Thread:
        return threading.current_thread()

    def done(worker: threading.Thread) -> None:
        threads.append(("worker", worker))
        threads.append(("window", threading.current_thread()))

    window.jobs.submit(work, done, pytest.fail, vision=vision)
    qtbot.waitUntil(lambda: len(threads) == 2)

    assert threads[1][1] is threading.main_thread()
    assert threads[0][1] is not threading.main_thread()


def _pixels(pixmap: QPixmap) -> bytes:
    return bytes(pixmap.toImage().constBits())


def test_that_a_refused_picture_leaves_no_name_in_the_log(
    open_admin: OpenAdmin, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    window = open_admin(World())
    answers: list[Exception] = []

    def refuse() -> None:
        raise DuplicateCode(person_code="1", other_name="Li Na")

    with caplog.at_level("DEBUG"):
        window.jobs.submit(refuse, pytest.fail, answers.append)
        qtbot.waitUntil(lambda: bool(answers))

    assert "ENR-05" in caplog.text
    assert "Li Na" not in caplog.text
