"""Use cases: plain threads and protocols, no Qt, no SQL, no OpenCV.

Each package may import core and the modules below core, except config; of another package only what its own docstring
names.
"""
