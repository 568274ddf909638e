"""A pack of InsightFace's release."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from attendance.errors import Reason
from attendance.errors.models import DownloadFailed
from tests.ui.admin.models.steps import OpenPage, accept, choose, facts, shown, speak_chinese
from tests.ui.admin.models.world import BUNDLED, MINE, ModelsWorld
from tests.ui.admin.opening import wait


def test_that_a_download_needs_the_licence_to_be_accepted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page(ModelsWorld())
    page.download.click()
    panel = page.catalogue
    assert panel.packs.hasFocus()
    assert panel.about.text() == "InsightFace buffalo_l: SCRFD-10G, ResNet50 · 302.6 MB"
    assert panel.licence.text() == "Licence: non-commercial research only. For research, and for nothing else."
    assert shown(panel.download) == (True, False)
    panel.accepted.check.click()
    assert shown(panel.download) == (True, True)
    panel.packs.setCurrentIndex(1)
    assert "size not published" in panel.about.text()
    assert not panel.accepted.check.isChecked()
    assert shown(panel.download) == (True, False)


def test_that_a_downloaded_pack_is_chosen_and_offered_no_more(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    wait(qtbot, page)
    assert world.models.store.calls == [("install", "buffalo_l")]
    assert page.card.heading.text() == "buffalo_l"
    assert page.card.caption.text() == "InsightFace buffalo_l"
    page.download.click()
    assert [page.catalogue.packs.itemText(n) for n in range(page.catalogue.packs.count())] == ["cheetah_s"]


def test_that_a_stopped_download_goes_on_where_it_was(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.hold = True
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    qtbot.waitUntil(lambda: page.work_card.sentence.text().startswith("Downloading buffalo_l: 400 bytes of 1.0 kB"))
    page.work_card.stop.click()
    world.models.store.may_go_on.set()
    wait(qtbot, page)

    assert page.catalogue.notice.label.text().startswith("Stopped. What was received of buffalo_l is kept")
    assert page.catalogue.download.text() == "Go on downloading"
    assert page.catalogue.accepted.check.isChecked()
    world.models.store.hold = False
    page.catalogue.download.click()
    wait(qtbot, page)
    assert page.outcome.label.text().startswith("buffalo_l is installed")


def test_that_a_failed_download_says_why_and_can_go_on(open_page: OpenPage, qtbot: QtBot) -> None:
    world = ModelsWorld()
    world.models.store.error = DownloadFailed(pack="buffalo_l", reason=Reason("the connection was cut"))
    page = open_page(world)
    accept(page)
    page.catalogue.download.click()
    wait(qtbot, page)
    assert page.catalogue.notice.label.text() == "Downloading buffalo_l failed: the connection was cut"
    assert page.catalogue.notice.hint.text().startswith("Try again to go on where it stopped")
    assert page.catalogue.download.text() == "Go on downloading"
    speak_chinese()
    assert page.catalogue.notice.label.text().startswith("下载 buffalo_l 失败")


def test_that_a_catalogue_without_anything_new_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    names = ("buffalo_l", "cheetah_s")
    page = open_page(ModelsWorld(*(replace(MINE, pack_id=name, model_id=f"{name}:1") for name in names)))
    page.download.click()
    assert page.catalogue.about.text() == "Every pack of the catalogue is installed."
    assert not page.catalogue.download.isVisible()


def test_that_a_pack_without_its_landmark_models_is_offered_again(open_page: OpenPage, qtbot: QtBot) -> None:
    old = replace(MINE, pack_id="buffalo_l", model_id="buffalo_l:1")
    world = ModelsWorld(old)
    entry = replace(world.models.store.catalogue["buffalo_l"], has_landmarks=True)
    world.models.store.catalogue = {"buffalo_l": entry}
    page = open_page(world)
    page.download.click()
    assert page.catalogue.chosen == "buffalo_l"
    world.models.store.infos = [BUNDLED, replace(old, landmarks=("mesh_68", "points_106"))]
    page.reload()
    wait(qtbot, page)
    assert page.catalogue.chosen == ""
    choose(qtbot, page, "buffalo_l")
    assert facts(page)["More points of a face"].startswith("68 points in space (how the head is turned), 106 points")
