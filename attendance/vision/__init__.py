"""Cameras, pictures and models: OpenCV and onnxruntime."""
