"""Training of the face detector with five landmarks: labels, scenes, network, losses, run, report and export.

Experimental: the bundled pack runs another detector, and recipe, state and commands may change.
"""
