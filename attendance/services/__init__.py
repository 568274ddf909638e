"""Use cases: plain threads and protocols, no Qt, no SQL, no OpenCV."""
