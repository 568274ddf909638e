"""A plot that only shows: no menu, no zooming, and nothing of it outlives its page."""

from __future__ import annotations

import importlib
import os
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def load_plotting() -> Any:
    """Import pyqtgraph, which takes a second or more: for a worker thread, when a page is first opened."""
    os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
    return importlib.import_module("pyqtgraph")


def quiet_plot(plotting: Any, parent: QWidget, height_px: int) -> Any:
    """Return a ``PlotWidget`` without menus, buttons and mouse actions.

    Args:
        plotting: what ``load_plotting`` returned.
        parent: the widget the plot belongs to.
        height_px: its fixed height.
    """
    before = QApplication.topLevelWidgets()
    plot = plotting.PlotWidget(parent, enableMenu=False)
    # pyqtgraph makes menus, a form and its group without a parent for every plot, also when they are switched off.
    # The garbage collector would own them, and destroy them in whichever thread it runs.
    plot.getPlotItem().stateGroup.setParent(plot)
    for stray in QApplication.topLevelWidgets():
        if stray not in before and stray.parent() is None:
            stray.setParent(plot, stray.windowFlags())
    plot.setFixedHeight(height_px)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    # A page that is scrolled with the wheel must not stop over a plot.
    plot.wheelEvent = lambda event: event.ignore()
    return plot
