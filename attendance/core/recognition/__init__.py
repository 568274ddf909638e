"""From a frame's faces to a decision: boxes, tracks, quality, matching, thresholds."""
