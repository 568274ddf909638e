"""The main job on photographs, without camera and display."""
