"""Training of the face detector with five landmarks: labels, scenes, network, losses, run, report and export."""
